"""How hard a text is to read: syllables, sentences, grade; and the slips the list knows."""

from __future__ import annotations

import pytest

from bedside.decisions.composer.quality.reading import body_of, grade, sentences_of
from bedside.decisions.composer.quality.spelling import MISSPELT
from bedside.decisions.composer.quality.syllables import EXCEPTIONS, _spelled, syllables

WORDS = """
    a=1 about=2 above=2 accept=2 access=2 ache=1 action=2 address=2 adult=2 advice=2 after=2 again=2 age=1
    ages=2 agree=2 agreed=2 agreement=3 allergies=3 allergy=3 alone=2 already=3 although=2 always=2
    anesthesia=5 antibiotic=5 antibiotics=5 apply=2 appointment=3 appointments=3 aquarium=4 aren't=1 arrange=2
    arranged=2 arrive=2 arrived=2 arthritis=3 article=3 asked=1 attached=2 autism=3 available=4 avoid=2
    babies=2 baby=2 balance=2 balanced=2 batteries=3 because=2 before=2 begin=2 behavior=3 behaviors=3
    believe=2 better=2 birthday=2 bleeding=2 blood=1 bodies=2 body=2 book=1 booked=1 bottle=2 bottles=2
    brain=1 breast=1 breathe=1 breathing=2 bring=1 bronchitis=3 bruise=1 bruises=2 brushed=1 building=2
    buoyant=2 caffeine=2 called=1 calling=2 calorie=3 calories=3 can't=1 cancel=2 canceled=2 cancer=2
    cardiovascular=6 care=1 cares=1 caring=2 carriage=2 carries=2 cause=1 causes=2 center=2 centers=2
    certified=3 cessation=3 change=1 changed=1 changes=2 check=1 checked=1 checkup=2 child=1 children=2
    children's=2 choice=1 choices=2 cholesterol=4 choose=1 choosing=2 chronic=2 cleaned=1 cleaning=2 clinic=2
    clinic's=2 clinics=2 close=1 closed=1 closes=2 colonoscopy=5 common=2 community=4 complete=2 concern=2
    condition=3 conditions=3 contact=2 contacted=3 control=2 cookies=2 copy=2 cost=1 cough=1 couldn't=2
    cover=2 covered=2 create=2 cried=1 daily=2 date=1 dates=1 daylight=2 decide=2 decided=3 degree=2 degrees=2
    dental=2 dentist=2 depression=3 dermatology=5 detail=2 details=2 develop=3 development=4 didn't=2
    dietary=4 dietitian=4 disease=2 diseases=3 doctor=2 doctors=2 dose=1 doses=2 dried=1 drive=1 each=1
    earlier=3 earliest=3 early=2 easier=3 easily=3 easy=2 eat=1 eating=2 effective=3 eighteen=2 eligible=4
    email=2 emails=2 emergency=4 employee=3 employer=3 encourage=3 enjoy=2 enough=2 equal=2 examine=3
    example=3 examples=3 exercise=3 exercises=4 explain=2 exterior=4 eyelid=2 face=1 faces=2 feel=1 feeling=2
    fever=2 fibromyalgia=6 filled=1 financial=3 finished=2 flexible=3 fluoridated=4 food=1 foods=1 form=1
    forms=1 free=1 freeze=1 fried=1 friend=1 friendly=2 friends=1 fruit=1 give=1 gives=1 giving=2 great=1
    group=1 guard=1 guess=1 guests=1 guidance=2 guide=1 gynecology=5 happen=2 happened=2 happier=3 headaches=2
    healthier=3 healthy=2 hear=1 heard=1 hearing=2 heart=1 help=1 helped=1 hepatitis=4 high=1 history=3
    holiday=3 home=1 hospital=3 house=1 houses=2 however=3 hydrated=3 hygiene=2 hypertension=4 identified=4
    identify=4 illness=2 immunization=5 important=3 improve=2 improved=2 include=2 included=3 includes=2
    infection=3 influential=4 information=4 inhaler=3 injury=3 instruction=3 instructions=3 insurance=3
    interior=4 intestine=3 introduce=3 invite=2 invited=3 isn't=2 issue=2 joint=1 juice=1 juices=2 junior=2
    kidney=2 kidneys=2 knee=1 knees=1 know=1 knowledge=2 language=2 languages=3 large=1 later=2 learn=1
    learned=1 leave=1 leaves=1 let's=1 library=3 life=1 limited=3 listen=2 little=2 live=1 lives=1 location=3
    locations=3 looked=1 lose=1 lower=2 lunch=1 mailed=1 maintain=2 make=1 makes=1 mammogram=3 manage=2
    managed=2 marriage=2 massage=2 meals=1 measure=2 measures=2 medical=3 medication=4 medications=4 meeting=2
    member=2 menstrual=3 mental=2 message=2 messages=3 migraine=2 migraines=2 milestone=2 million=2 minute=2
    minutes=2 missed=1 mole=1 moles=1 month=1 monthly=2 morning=2 mouth=1 movies=2 muscle=2 muscles=2
    natural=3 necessary=4 need=1 needed=2 nervous=2 newsletter=3 notice=2 noticed=2 notified=3 nuclear=3
    nuisance=2 nurse=1 nurses=2 nutrition=3 offer=2 offered=2 office=2 offices=3 often=2 online=2 open=2
    opened=2 operation=4 ophthalmologist=5 opinion=3 option=2 options=2 order=2 orthopedic=4 osteoporosis=6
    outside=2 oxygen=3 pain=1 parking=2 pediatric=4 pediatrician=5 people's=2 pharmacist=3 pharmacy=3 phone=1
    physical=3 physician=3 physicians=3 physiotherapy=6 piano=3 place=1 places=2 plan=1 planned=1 please=1
    pleased=1 pneumococcal=4 poisoning=3 portal=2 practice=2 practices=3 prepare=2 prescription=3 pressure=2
    prevent=2 prevention=3 prices=2 privacy=3 private=2 problem=2 procedure=3 procedures=3 process=2 program=2
    programs=2 proprietary=5 protect=2 protected=3 protein=2 proteins=2 provide=2 provided=3 provider=3
    providers=3 psychiatrist=4 psychology=4 qualified=3 quality=3 question=2 questions=2 quickly=2 quit=1
    quite=1 raise=1 raises=2 reach=1 reached=1 ready=2 receive=2 received=2 recommend=3 recommended=4 record=2
    records=2 reduce=2 refill=2 refills=2 region=2 regions=2 regular=3 relax=2 reliable=4 religion=3
    reminder=3 replies=2 reply=2 request=2 requested=3 rescheduled=3 research=2 reserve=2 respond=2 rest=1
    result=2 results=2 routine=2 ruined=2 safe=1 save=1 schedule=2 scheduled=2 school=1 science=2 screen=1
    screening=2 season=2 seasonal=3 seasons=2 secure=2 seizure=2 seizures=2 senior=2 seniors=2 series=2
    service=2 services=3 share=1 shared=1 shingles=2 shot=1 shots=1 simplified=3 skin=1 sleep=1 sleeve=1
    sleeves=1 smile=1 smiles=1 smoke=1 smoked=1 smoking=2 sneeze=1 societal=4 someone=2 source=1 species=2
    stadium=3 stage=1 started=2 stomachache=3 stopped=1 strength=1 stress=1 stretches=2 strong=1 studied=2
    study=2 sugar=2 suit=1 suitable=3 summer=2 sunscreen=2 superior=4 support=2 surgeon=2 surgery=3 symptom=2
    symptoms=2 system=2 table=2 tables=2 take=1 taken=2 takes=1 teeth=1 telehealth=3 telephone=3 therapy=3
    these=1 think=1 those=1 thought=1 three=1 together=3 tomorrow=3 tooth=1 toothache=2 treatment=2
    treatments=2 tried=1 trivial=3 trouble=2 try=1 trying=2 under=2 understand=3 university=5 update=2
    updated=3 urgent=2 use=1 used=1 uses=2 using=2 usually=4 vaccinated=4 vaccination=4 varied=2 virus=2
    viruses=3 visit=2 visited=3 visiting=3 vitamin=3 voice=1 walk=1 walked=1 wanted=2 washed=1 watches=2
    water=2 we're=1 website=2 weekly=2 weeks=1 weight=1 welcome=2 wellness=2 while=1 whole=1 wholly=2 winter=2
    women=2 won't=1 worked=1 worried=2 worries=2 worry=2 would=1 write=1 written=2 year=1 yearly=2 years=1
    yoga=2 you'll=1
"""
COUNTED = [(word, int(count)) for word, _, count in (pair.partition("=") for pair in WORDS.split())]


def test_counts_the_syllables_of_the_words_of_practice_mail():
    wrong = [(word, count, syllables(word)) for word, count in COUNTED if syllables(word) != count]
    assert len(COUNTED) > 550
    assert wrong == []


def test_every_exception_is_one():
    """A word that its spelling tells right needs no entry."""
    needless = [
        word for word, count in EXCEPTIONS.items() if "'" not in word and max(1, _spelled(word)) == count
    ]
    assert needless == []


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("", 1),
        ("x", 1),
        ("Mother-in-law", 4),
        ("co-pay", 2),
        ("Doctor\u2019s", 2),
        ("didn\u2019t", 2),
        ("-", 1),
        ("漢字", 1),
    ],
)
def test_counts_at_least_one_syllable_whatever_comes(word, count):
    assert syllables(word) == count


EASY = "We are open all day. You can come in at any time. Park in the back. Ask for Ann. She will help you. It does not cost much. We like to see you. Call us."
HARD = (
    "Individuals experiencing persistent gastrointestinal discomfort following pharmaceutical administration should "
    "immediately discontinue utilization and communicate with the appropriate healthcare professional, particularly "
    "when accompanied by additional constitutional manifestations or unanticipated deterioration of previously stable conditions."
)


def test_grades_easy_text_low_and_hard_text_high():
    assert grade(EASY) == 0
    assert grade(HARD) > 16


def test_grades_a_known_passage_as_the_formula_does():
    text = (
        "The clinic is closed on Monday. "  # 6 words, 8 syllables
        "If you feel ill that day, call the number on our door and a nurse will call you back. "  # 19 words, 20 syllables
        "Please bring all your pills when you visit."  # 8 words, 9 syllables
    )
    sentences = list(sentences_of(text))
    assert [len(words) for words in sentences] == [6, 19, 8]
    spoken = [sum(map(syllables, words)) for words in sentences]
    assert spoken == [8, 20, 9]
    assert grade(text) == round(0.39 * 33 / 3 + 11.8 * 37 / 33 - 15.59, 1)


def test_gives_no_grade_to_a_few_words():
    assert grade("We are open. " * 9) is None
    assert grade("We are open. " * 10) is not None


def test_leaves_the_footer_and_addresses_out():
    footer = "\n--------\n" + HARD
    links = " (https://www.maple.example/particularly/complicated/administration)"
    assert grade(EASY + links + footer) == grade(EASY)
    assert body_of(EASY + footer) == EASY


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("See Dr. Lee at 9 a.m. on Monday.", [7]),
        ("Two things! Are they done? Yes.", [2, 3, 1]),
        ("Visit our website\n\nWe are here.", [3]),  # a button is no sentence
        ("- a walk\n- a swim", [2, 2]),
        ("Hello {{ first_name }},\nwe are here.", [2, 3]),
        ("[A picture of a house]\nWe are here.", [3]),
        ("Write to hello@maple.example today, please.", [4]),
        ("----", []),
        ("“Come in.” She said so.", [2, 3]),
    ],
)
def test_finds_sentences(text, lengths):
    assert [len(words) for words in sentences_of(text)] == lengths


def test_no_right_spelling_is_taken_for_a_slip():
    rights = {word.lower() for right in MISSPELT.values() for word in right.split()}
    assert not rights & MISSPELT.keys()
    assert len(MISSPELT) > 300
