"""Value sets of specially protected conditions; why each class is one stands at `Sensitivity`."""

from __future__ import annotations

from typing import Final

from bedside.kit.terminology.nouns import SetKind, ValueSet, value_set
from bedside.kit.terminology.sensitivity import Sensitivity

_CONDITION = SetKind.CONDITION
_MENTAL = Sensitivity.MENTAL_HEALTH

SPECIAL_CONDITIONS: Final[tuple[ValueSet, ...]] = (
    value_set("depression", "Depression", _CONDITION, _MENTAL,
        icd="F32 F33 F341 F530",
        snomed="35489007 370143000 36923009 66344007 73867007 191616006 78667006",
        words="depression | depressive | depressed mood | dysthymi* | mdd"),
    value_set("anxiety", "Anxiety", _CONDITION, _MENTAL,
        icd="F40 F41 F42",
        snomed="48694002 197480006 80583007 21897009 371631005 191736004",
        words="anxiety | panic | phobia | obsessive compulsive | ocd"),
    value_set("trauma_stress", "Trauma and stress", _CONDITION, _MENTAL,
        icd="F43 Z733",
        snomed="47505003 73595000 17226007 313182004",
        words="ptsd | post traumatic stress | posttraumatic stress | adjustment disorder"
        " | stress disorder | stress",
        but_not="stress fracture | stress incontinence | stress test"),
    value_set("bipolar", "Bipolar disorder", _CONDITION, _MENTAL,
        icd="F30 F31",
        snomed="13746004 371596008 191618007",
        words="bipolar | manic | mania"),
    value_set("psychosis", "Schizophrenia and psychosis", _CONDITION, _MENTAL,
        icd="F20 F21 F22 F23 F24 F25 F28 F29",
        snomed="58214004 69322001",
        words="schizo* | psychosis | psychotic | delusional"),
    value_set("adhd", "ADHD", _CONDITION, _MENTAL,
        icd="F90",
        snomed="406506008 192127007 31177006",
        words="adhd | attention deficit"),
    value_set("autism", "Autism and development", _CONDITION, _MENTAL,
        icd="F70 F71 F72 F73 F78 F79 F80 F81 F82 F84 F88 F89",
        snomed="35919005 408856003 110359009",
        words="autis* | asperger* | intellectual disability | developmental delay"),
    value_set("eating_disorder", "Eating disorder", _CONDITION, _MENTAL,
        icd="F50",
        snomed="72366004 56882008 78004001",
        words="eating disorder | anorexia nervosa | bulimi* | binge eating"),
    value_set("dementia", "Dementia", _CONDITION, _MENTAL,
        icd="F01 F02 F03 G30 G310 G3183",
        snomed="52448006 26929004 230270009",
        words="dementia | alzheimer* | cognitive impairment"),
    value_set("self_harm", "Self-harm", _CONDITION, _MENTAL,
        icd="R4585 T1491 X7 X80 X81 X82 X83 Z915",
        snomed="82313006 6471006 401206008 248062006",
        words="suicid* | self harm | self injury"),
    value_set("alcohol_use", "Alcohol use", _CONDITION, Sensitivity.SUBSTANCE_USE,
        icd="F10 G312 G621 G721 I426 K292 K70 K852 K860 R780 T510 Z7141 O9931 E244 Y90",
        snomed="7200002 15167005 10939881000119105 10939881000119104 66590003 25702006",
        words="alcoholi* | alcohol use | alcohol abuse | alcohol dependence | alcohol drinking"
        " | alcohol withdrawal | heavy drink*"),
    value_set("opioid_use", "Opioid use", _CONDITION, Sensitivity.SUBSTANCE_USE,
        icd="F11 T400 T401 T402 T403 T404 T406",
        snomed="5602001 75544000 231477003",
        words="opioid use | opioid abuse | opioid dependence | heroin | opioid addiction"
        " | opioid overdose"),
    value_set("drug_use", "Drug use", _CONDITION, Sensitivity.SUBSTANCE_USE,
        icd="F11 F12 F13 F14 F15 F16 F18 F19 T40 T436 R781 R782 R783 R784 Z7151 O9932 F55",
        snomed="26416006 361055000 191816009 55680006 66214007 6525002",
        words="drug abuse | drug use | drug dependence | drug overdose | substance use | substance abuse"
        " | cocaine | methamphetamine | cannabis | misuses drugs | drug misuse | addiction"
        " | substance dependence | overdose"),
    value_set("hiv", "HIV", _CONDITION, Sensitivity.HIV,
        icd="B20 B9735 Z21 Z206 O987 R75 Z717 Z2981",
        snomed="86406008 62479008 165816005 52079000",
        words="hiv | human immunodeficiency | aids | prep for hiv",
        but_not="hearing aids | band aids"),
    value_set("std", "Infections passed on by sex", _CONDITION, Sensitivity.SEXUAL_HEALTH,
        icd="A50 A51 A52 A53 A54 A55 A56 A57 A58 A59 A60 A63 A64 O980 O981 O982 O983 Z202 Z7251 Z7252"
        " Z7253",
        snomed="8098009 240589008 15628003 76272004 33839006",
        words="chlamydia* | gonorrh* | syphilis | genital herpes | herpes simplex | trichomon*"
        " | genital wart* | sexually transmitted | std | sti | venereal"),
    value_set("sexual_function", "Sexual function", _CONDITION, Sensitivity.SEXUAL_HEALTH,
        icd="F52 N52 N485 N53 Z70",
        snomed="397803000 860914002 231532002",
        words="erectile | impotence | sexual dysfunction | libido | premature ejaculation"),
    value_set("pregnancy", "Pregnancy and birth", _CONDITION, Sensitivity.REPRODUCTIVE,
        icd="O09 O1 O2 O3 O4 O6 O7 O8 O9 Z32 Z33 Z34 Z36 Z37 Z39 Z3A Z640 Z8751 Z8759",
        snomed="72892002 77386006 398254007 47200007 11687002 198992004",
        words="pregnan* | gestational | preeclampsia | eclampsia | prenatal | antenatal | postpartum"
        " | puerper*",
        but_not="pregnancy test"),
    value_set("pregnancy_loss", "Loss or end of a pregnancy", _CONDITION, Sensitivity.REPRODUCTIVE,
        icd="O00 O01 O02 O03 O04 O05 O06 O07 O08 N96 O262 Z332 O364 Z371",
        snomed="19169002 156073000 85116003 35999006 34801009 17369002 386639001 79586000",
        words="miscarriage | abortion | ectopic pregnancy | stillbirth | fetal death"
        " | termination of pregnancy | pregnancy loss | blighted ovum"),
    value_set("infertility", "Infertility", _CONDITION, Sensitivity.REPRODUCTIVE,
        icd="N46 N97 Z311 Z312 Z314 Z318 E282",
        snomed="8619003 6738008 15296000 237055002",
        words="infertil* | fertility | ivf | in vitro fertilization | polycystic ovar* | pcos"),
    value_set("birth_control", "Birth control", _CONDITION, Sensitivity.REPRODUCTIVE,
        icd="Z30 Z975 Z9851 Z9852 T833 Z793",
        snomed="13197004 267020005",
        words="contracepti* | birth control | tubal ligation | vasectomy | family planning"
        " | sterilization"),
    value_set("gynecology", "Gynecological disease", _CONDITION, Sensitivity.REPRODUCTIVE,
        icd="N70 N71 N72 N73 N74 N75 N76 N77 N80 N81 N83 N84 N85 N86 N87 N88 N89 N90 N91 N92 N93 N94 D25",
        snomed="129103003 95315005",
        words="endometrio* | uterine fibroid* | ovarian cyst* | menorrhagia | dysmenorrhea"
        " | pelvic inflammatory | vaginitis | leiomyoma of uterus | cervical dysplasia"),
    value_set("gender", "Gender identity", _CONDITION, Sensitivity.GENDER,
        icd="F64 Z87890",
        snomed="93461009 407375002 407374003 407376001",
        words="gender dysphoria | gender identity | transgender | transsexual* | gender incongruence"
        " | gender affirm*"),
    value_set("genetic_risk", "Genetic risk", _CONDITION, Sensitivity.GENETIC,
        icd="Z14 Z15 Z137 Z315 Z3143 Z8481 Q9 QA0",
        snomed="412734009 412738007 41040004 409709004",
        words="brca* | genetic carrier | gene mutation | lynch syndrome | hereditary"
        " | genetic susceptibility | down syndrome | chromosom* | cystic fibrosis carrier"
        " | turner syndrome | klinefelter*"),
    value_set("abuse", "Abuse and violence", _CONDITION, Sensitivity.VIOLENCE,
        icd="T74 T76 X92 X93 X94 X95 X96 X97 X98 X99 Y00 Y01 Y02 Y03 Y04 Y05 Y06 Y07 Y08 Y09 Z69 Z6281"
        " Z9141 O9A3 O9A4 O9A5 Z044 Z047",
        snomed="706893006 424393004 397940009 706892001",
        words="domestic violence | domestic abuse | intimate partner | sexual assault | rape"
        " | child abuse | physical abuse | elder abuse | violence | battered | victim of"),
)  # fmt: skip
