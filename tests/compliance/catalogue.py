"""What the law and the mailbox providers ask of consent, row by row, in our words; the ids are cited in tests."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One requirement: its section, our words for it and where it comes from."""

    section: str
    requirement: str
    source: str


_MKT = "A. Classes of messages and marketing"
_AUT = "B. Authorizations"
_CON = "C. Consent, evidence and preferences"
_CSP = "N. CAN-SPAM"
_SMS = "N. Text messages"
ROWS: dict[str, Row] = {
    "MKT-01": Row(
        _MKT,
        "Every campaign carries exactly one class from a closed list before it can be scheduled.",
        "45 CFR 164.501 'marketing' (1)-(3); 164.506(c)",
    ),
    "MKT-02": Row(
        _MKT,
        "Whether an authorization is needed follows from class, pay and channel, never from a user's tick.",
        "45 CFR 164.508(a)(3)(i)",
    ),
    "MKT-03": Row(
        _MKT,
        "Marketing goes only to people with a valid authorization at the moment of hand-over.",
        "45 CFR 164.508(a)(3)(i), (b)(1)-(2)",
    ),
    "MKT-04": Row(
        _MKT,
        "The exceptions for talk face to face and for small gifts are never a basis for email.",
        "45 CFR 164.508(a)(3)(i)(A)-(B)",
    ),
    "MKT-05": Row(
        _MKT,
        "Whether somebody pays for the message must be answered; a blank blocks.",
        "45 CFR 164.501 'marketing' (3) financial remuneration",
    ),
    "MKT-06": Row(
        _MKT,
        "A paid message is marketing, whatever it calls itself.",
        "45 CFR 164.501 'marketing' (2)(ii) lead-in",
    ),
    "MKT-07": Row(
        _MKT,
        "A paid message counts only authorizations that state the pay.",
        "45 CFR 164.508(a)(3)(ii)",
    ),
    "MKT-08": Row(
        _MKT,
        "Refill reminders go only for a medicine prescribed now, with pay no higher than the cost.",
        "45 CFR 164.501 'marketing' (2)(i); HHS refill-reminder guidance",
    ),
    "MKT-09": Row(
        _MKT,
        "A switch to another medicine cannot be a refill reminder.",
        "HHS FAQ 1519 on 45 CFR 164.501",
    ),
    "MKT-10": Row(
        _MKT,
        "General health tips need no authorization; prices and booking calls in them are pointed out.",
        "HHS FAQ 280 (general health promotion is not marketing)",
    ),
    "MKT-11": Row(
        _MKT,
        "Unpaid news of own services needs no authorization, but opt-out and postal address.",
        "45 CFR 164.501 'marketing' (2)(ii)(B); HHS FAQ 280",
    ),
    "MKT-12": Row(
        _MKT,
        "Appointment reminders are treatment; restrictions and other ways of contact hold.",
        "HHS FAQ (appointment reminders are treatment); 45 CFR 164.506(c), 164.522",
    ),
    "MKT-13": Row(
        _MKT,
        "Unpaid care coordination is treatment and needs no authorization.",
        "45 CFR 164.501 'marketing' (2)(ii)(A),(C)",
    ),
    "MKT-14": Row(
        _MKT,
        "One block of marketing makes the whole message marketing.",
        "45 CFR 164.501 ; 16 CFR 316.3 primary purpose",
    ),
    "MKT-15": Row(
        _MKT,
        "No paid disclosure of records without an authorization for the sale.",
        "45 CFR 164.502(a)(5)(ii); 164.508(a)(4)",
    ),
    "MKT-16": Row(
        _MKT,
        "Recall campaigns are classed by a person; nothing is preset.",
        "45 CFR 164.501",
    ),
    "MKT-17": Row(
        _MKT,
        "An audience chosen by health facts makes a message sensitive, whatever its text says.",
        "45 CFR 160.103 (individually identifiable health information); 164.514(b)(2)(i)(F)",
    ),
    "MKT-18": Row(
        _MKT,
        "An address on the patient list is handled as PHI.",
        "45 CFR 160.103; 164.514(b)(2)(i)(F)",
    ),
    "MKT-19": Row(
        _MKT,
        "A patient's picture or words need that person's authorization.",
        "45 CFR 164.508(a)(1); 164.514(b)(2)(i)(Q)",
    ),
    "MKT-20": Row(
        _MKT,
        "Fundraising audiences use only the few facts the law allows.",
        "45 CFR 164.514(f)(1)(i)-(vi)",
    ),
    "MKT-21": Row(
        _MKT,
        "Fundraising has an opt-out of its own that stands until taken back.",
        "45 CFR 164.514(f)(2)(ii),(iv),(v)",
    ),
    "MKT-22": Row(
        _MKT,
        "Fundraising waits until the privacy notice speaks of it.",
        "45 CFR 164.514(f)(2)(i); 164.520(b)(1)(iii)(A)",
    ),
    "MKT-23": Row(
        _MKT,
        "Research recruitment waits for a recorded basis.",
        "45 CFR 164.508; 164.512(i)",
    ),
    "MKT-24": Row(
        _MKT,
        "Each person has a relationship; people who are no patients follow state law.",
        "45 CFR 160.103; RCW 19.373.100 exemptions",
    ),
    "MKT-25": Row(
        _MKT,
        "The basis, its rule and who drops out for what reason are shown before sending, and kept.",
        "45 CFR 164.530(i)-(j) (documentation)",
    ),
    "MKT-26": Row(
        _MKT,
        "Medicare plans record the material id and its approval.",
        "42 CFR 422.2261 / 423.2261",
    ),
    "AUT-01": Row(
        _AUT,
        "A form says which information is used.",
        "45 CFR 164.508(c)(1)(i)",
    ),
    "AUT-02": Row(
        _AUT,
        "A form names who may use or disclose it.",
        "45 CFR 164.508(c)(1)(ii)",
    ),
    "AUT-03": Row(
        _AUT,
        "A form names who may receive it.",
        "45 CFR 164.508(c)(1)(iii)",
    ),
    "AUT-04": Row(
        _AUT,
        "A form names each purpose, and purposes are matched with the campaign.",
        "45 CFR 164.508(c)(1)(iv); (a)(1) 'consistent with such authorization'",
    ),
    "AUT-05": Row(
        _AUT,
        "A form ends on a day or at an event; never without an end but for research.",
        "45 CFR 164.508(c)(1)(v)",
    ),
    "AUT-06": Row(
        _AUT,
        "A signature and its day are needed; a representative says by what authority.",
        "45 CFR 164.508(c)(1)(vi)",
    ),
    "AUT-07": Row(
        _AUT,
        "A form says how to revoke.",
        "45 CFR 164.508(c)(2)(i)",
    ),
    "AUT-08": Row(
        _AUT,
        "A form says that care does not depend on signing.",
        "45 CFR 164.508(c)(2)(ii)",
    ),
    "AUT-09": Row(
        _AUT,
        "A form says that what was disclosed may be passed on.",
        "45 CFR 164.508(c)(2)(iii)",
    ),
    "AUT-10": Row(
        _AUT,
        "A form is in plain language; its grade is computed and kept.",
        "45 CFR 164.508(c)(3)",
    ),
    "AUT-11": Row(
        _AUT,
        "The person gets a copy.",
        "45 CFR 164.508(c)(4)",
    ),
    "AUT-12": Row(
        _AUT,
        "Each of the five defects is named.",
        "45 CFR 164.508(b)(2)(i)-(v)",
    ),
    "AUT-13": Row(
        _AUT,
        "A marketing authorization shares its signature with nothing else.",
        "45 CFR 164.508(b)(3)",
    ),
    "AUT-14": Row(
        _AUT,
        "Everything can be finished with a no to every authorization.",
        "45 CFR 164.508(b)(4)",
    ),
    "AUT-15": Row(
        _AUT,
        "Revoking works by page, reply and letter, at once, for queued mail too.",
        "45 CFR 164.508(b)(5)",
    ),
    "AUT-16": Row(
        _AUT,
        "Unsubscribing and revoking are two facts; the page offers both.",
        "45 CFR 164.508(b)(5); 15 USC 7704(a)(4)",
    ),
    "AUT-17": Row(
        _AUT,
        "An electronic signature keeps the evidence that E-SIGN asks for.",
        "15 USC 7001; UETA s.7-9; HHS FAQ 554 (electronic authorizations)",
    ),
    "AUT-18": Row(
        _AUT,
        "The exact rendering that was signed is kept.",
        "45 CFR 164.508(b)(6); 164.530(j)",
    ),
    "AUT-19": Row(
        _AUT,
        "Authorizations and revocations are kept for six years.",
        "45 CFR 164.508(b)(6); 164.530(j)(2)",
    ),
    "AUT-20": Row(
        _AUT,
        "Imported authorizations admit nothing until evidence is attached.",
        "45 CFR 164.508(b)(2)(ii)",
    ),
    "AUT-21": Row(
        _AUT,
        "An authorization given to one practice is none for another.",
        "45 CFR 164.508(c)(1)(ii)-(iii)",
    ),
    "AUT-22": Row(
        _AUT,
        "Psychotherapy notes stand alone.",
        "45 CFR 164.508(a)(2), (b)(3)(ii)",
    ),
    "AUT-23": Row(
        _AUT,
        "California: large print, a signature of its own, one year at most.",
        "Cal. Civ. Code 56.11(b); AB 1697 (2023)",
    ),
    "AUT-24": Row(
        _AUT,
        "Washington and Nevada: a document of its own, one year at most.",
        "RCW 19.373.070; Nev. SB 370",
    ),
    "AUT-25": Row(
        _AUT,
        "Renewal is asked for and never automatic.",
        "45 CFR 164.508(b)(2)(i)",
    ),
    "AUT-26": Row(
        _AUT,
        "A tick is a consent and never an authorization.",
        "45 CFR 164.508(c)",
    ),
    "CON-01": Row(
        _CON,
        "The record of permissions is added to, never changed; the state is computed.",
        "45 CFR 164.530(j); 164.312(c)(1)",
    ),
    "CON-02": Row(
        _CON,
        "Each act says who, when, how, where and with which words.",
        "E-SIGN 15 USC 7001; industry evidence practice",
    ),
    "CON-03": Row(
        _CON,
        "The exact wording shown can be shown again by its hash.",
        "45 CFR 164.530(j)",
    ),
    "CON-04": Row(
        _CON,
        "No box is ticked beforehand.",
        "Yahoo sender best practice (no pre-checked opt-in); RCW 19.373.010 consent definition",
    ),
    "CON-05": Row(
        _CON,
        "Sign-ups count only once confirmed; others go away by themselves.",
        "Mailbox-provider opt-in guidance; M3AAWG practice",
    ),
    "CON-06": Row(
        _CON,
        "No GET changes anything.",
        "RFC 8058 s.1-3; RFC 9110 s.9.2.1 (GET is safe)",
    ),
    "CON-07": Row(
        _CON,
        "Confirmation links are random, single-use, expire and say nothing.",
        "OWASP ASVS 5.0 V11.5.1, V14.2.1",
    ),
    "CON-08": Row(
        _CON,
        "Confirmation mails say nothing about health.",
        "45 CFR 164.530(c); 164.522(b)",
    ),
    "CON-09": Row(
        _CON,
        "Each category is off until chosen, and checked at sending.",
        "house rule; 45 CFR 164.508(c)(1)(iv) purpose",
    ),
    "CON-10": Row(
        _CON,
        "How often is said at sign-up and kept.",
        "CAN-SPAM affirmative consent 15 USC 7702(1)",
    ),
    "CON-11": Row(
        _CON,
        "A no to marketing never stops care, and the page says so.",
        "16 CFR 316.2(o)/316.3; 45 CFR 164.522",
    ),
    "CON-12": Row(
        _CON,
        "The preference page needs no sign-in, masks the address and shows nothing about health.",
        "16 CFR 316.5; 45 CFR 164.530(c)",
    ),
    "CON-13": Row(
        _CON,
        "Saying no is one page and one button.",
        "16 CFR 316.5",
    ),
    "CON-14": Row(
        _CON,
        "Old consents, unverified imports and ending authorizations are reviewed and signed off.",
        "45 CFR 164.308(a)(8); 164.530(i)",
    ),
    "CON-15": Row(
        _CON,
        "An import says where its list is from, and that nobody bought it.",
        "15 USC 7704(b)(1) (harvesting); Yahoo guidance",
    ),
    "CON-16": Row(
        _CON,
        "All evidence about a person exports as one signed file.",
        "45 CFR 164.414(b) (burden of proof); 164.530(j)",
    ),
    "CON-17": Row(
        _CON,
        "Email and text messages are separate consents.",
        "47 CFR 64.1200(a)(2)",
    ),
    "CON-18": Row(
        _CON,
        "An address is shown to be the person's before sensitive mail goes there.",
        "HHS FAQ 570 (check address accuracy / confirmation alert); 45 CFR 164.514(h)",
    ),
    "CON-19": Row(
        _CON,
        "A changed address is proven anew, and the old one is told.",
        "HHS FAQ 570; ASVS V6.3.7",
    ),
    "CON-20": Row(
        _CON,
        "People who share an address are not mixed up.",
        "45 CFR 164.530(c); 164.522(b)",
    ),
    "CON-21": Row(
        _CON,
        "The choice of unencrypted mail is a record of its own, after a warning.",
        "78 FR 5634 (Jan 25 2013) duty to warn; 45 CFR 164.524(c)(2)",
    ),
    "CON-22": Row(
        _CON,
        "What staff enter says who and how; paper needs a scan.",
        "45 CFR 164.530(j)",
    ),
    "CON-23": Row(
        _CON,
        "Approval is of exact bytes; an edit voids it.",
        "45 CFR 164.312(b); house rule",
    ),
    "CON-24": Row(
        _CON,
        "Suppressions outlive the record.",
        "15 USC 7704(a)(4)",
    ),
    "CON-25": Row(
        _CON,
        "The notice of privacy practices in force is kept with the consent and linked in the form.",
        "45 CFR 164.520(b)-(c)",
    ),
    "CON-26": Row(
        _CON,
        "The wording kept is the one in the person's language.",
        "45 CFR 92.11 (language access); 164.508(c)(3)",
    ),
    "CSP-01": Row(
        _CSP,
        "Sender, reply address and domain are true.",
        "15 USC 7704(a)(1)",
    ),
    "CSP-02": Row(
        _CSP,
        "Subjects do not mislead.",
        "15 USC 7704(a)(2)",
    ),
    "CSP-03": Row(
        _CSP,
        "Advertising says so, unless the person said yes before.",
        "15 USC 7704(a)(5)(A)(i),(B)",
    ),
    "CSP-04": Row(
        _CSP,
        "Commercial mail shows a postal address.",
        "15 USC 7704(a)(5)(A)(iii); 16 CFR 316.2(p)",
    ),
    "CSP-05": Row(
        _CSP,
        "Commercial mail shows how to opt out.",
        "15 USC 7704(a)(3)(A)(i), (a)(5)(A)(ii)",
    ),
    "CSP-06": Row(
        _CSP,
        "The opt-out never expires.",
        "15 USC 7704(a)(3)(A)(ii)",
    ),
    "CSP-07": Row(
        _CSP,
        "An opt-out works at once, for queued mail too.",
        "15 USC 7704(a)(4)(A)(i)",
    ),
    "CSP-08": Row(
        _CSP,
        "Opting out takes no fee, no data and no second page.",
        "16 CFR 316.5",
    ),
    "CSP-09": Row(
        _CSP,
        "Opted-out addresses are never passed on; suppression exports are hashes.",
        "15 USC 7704(a)(4)(A)(iv)",
    ),
    "CSP-10": Row(
        _CSP,
        "An opt-out by reply is honoured or put before staff.",
        "15 USC 7704(a)(3)(A); 16 CFR 316.5",
    ),
    "CSP-11": Row(
        _CSP,
        "Mixed messages are commercial.",
        "15 USC 7702(17); 16 CFR 316.3",
    ),
    "CSP-12": Row(
        _CSP,
        "Of several advertisers one is the designated sender.",
        "16 CFR 316.2(m)",
    ),
    "CSP-13": Row(
        _CSP,
        "Harvested or made-up address lists are not imported.",
        "15 USC 7704(b)(1)",
    ),
    "SMS-01": Row(
        _SMS,
        "Text messages stay off without consent of their own.",
        "47 CFR 64.1200(a)(2); (f)(9)",
    ),
    "SMS-02": Row(
        _SMS,
        "Health text messages keep their limits.",
        "47 CFR 64.1200(a)(9)(iv)",
    ),
    "SMS-03": Row(
        _SMS,
        "STOP and words like it revoke.",
        "47 CFR 64.1200(a)(10)",
    ),
    "SMS-04": Row(
        _SMS,
        "Revoking all texts is a switch.",
        "47 CFR 64.1200(a)(10); FCC order 6 Jan 2026",
    ),
    "SMS-05": Row(
        _SMS,
        "Texts keep to the hours of the day.",
        "47 CFR 64.1200(c)(1)",
    ),
    "SMS-06": Row(
        _SMS,
        "Texts carry no PHI.",
        "45 CFR 164.530(c)",
    ),
}
