"""Value sets of medicines: RxNorm ingredients, and the words by which their products are known."""

from __future__ import annotations

from typing import Final

from bedside.kit.terminology.nouns import SetKind, ValueSet, value_set
from bedside.kit.terminology.sensitivity import Sensitivity

_MEDICATION = SetKind.MEDICATION
_MENTAL, _REPRODUCTIVE = Sensitivity.MENTAL_HEALTH, Sensitivity.REPRODUCTIVE

MEDICINES: Final[tuple[ValueSet, ...]] = (
    value_set("diabetes_medicines", "Diabetes medicines", _MEDICATION,
        rxnorm="6809 4821 4815 25789 33738 593411 857974 1100699 1373458 1545653 1488564 1991302 475968"
        " 1551291 60548 274783 5856 86009 139825 253182 400008 2601723",
        words="metformin | glucophage | glipizide | glimepiride | glyburide | pioglitazone | sitagliptin"
        " | januvia | saxagliptin | linagliptin | empagliflozin | jardiance | dapagliflozin | farxiga"
        " | canagliflozin | semaglutide | ozempic | rybelsus | liraglutide | victoza | dulaglutide"
        " | trulicity | exenatide | tirzepatide | mounjaro | insulin | humulin | novolog | humalog"
        " | lantus | levemir"),
    value_set("weight_medicines", "Weight medicines", _MEDICATION,
        rxnorm="8152 37925",
        words="wegovy | saxenda | zepbound | phentermine | orlistat | qsymia | contrave"),
    value_set("blood_pressure_medicines", "Blood pressure medicines", _MEDICATION,
        rxnorm="29046 1998 3827 35296 18867 35208 52175 69749 214354 83515 73494 321064 17767 4316 3443"
        " 11170 7417 5487 2409 6918 20352 1202 8787 149 31555 2599",
        words="lisinopril | captopril | enalapril | ramipril | benazepril | losartan | valsartan"
        " | candesartan | irbesartan | telmisartan | olmesartan | amlodipine | felodipine | diltiazem"
        " | verapamil | nifedipine | hydrochlorothiazide | chlorthalidone | metoprolol | carvedilol"
        " | atenolol | propranolol | nebivolol | clonidine | hydralazine | bisoprolol"),
    value_set("cholesterol_medicines", "Cholesterol medicines", _MEDICATION,
        rxnorm="83367 36567 301542 42463 6472 41127 341248 8703 1659152 1665684",
        words="atorvastatin | lipitor | simvastatin | rosuvastatin | crestor | pravastatin | lovastatin"
        " | fluvastatin | pitavastatin | ezetimibe | fenofibrate | evolocumab | alirocumab"),
    value_set("heart_medicines", "Heart medicines", _MEDICATION,
        rxnorm="4603 4917 3407 9997 703 38413",
        words="furosemide | lasix | torsemide | nitroglycerin | isosorbide | digoxin | spironolactone"
        " | amiodarone | entresto | sacubitril | ranolazine"),
    value_set("blood_thinners", "Blood thinners", _MEDICATION,
        rxnorm="11289 1364430 1114195 1037042 32968 67108 5224 1116632 613391",
        words="warfarin | coumadin | apixaban | eliquis | rivaroxaban | xarelto | dabigatran | pradaxa"
        " | clopidogrel | plavix | enoxaparin | lovenox | heparin | ticagrelor | prasugrel"),
    value_set("asthma_medicines", "Asthma and COPD medicines", _MEDICATION,
        rxnorm="435 41126 19831 88249 274766 7213 36117 25255",
        words="albuterol | proair | ventolin | fluticasone | budesonide | montelukast | singulair"
        " | tiotropium | spiriva | ipratropium | salmeterol | advair | symbicort | formoterol"
        " | levalbuterol | theophylline"),
    value_set("allergy_medicines", "Allergy medicines", _MEDICATION,
        rxnorm="28889 20610 87636 3498 3992",
        words="loratadine | claritin | cetirizine | zyrtec | fexofenadine | allegra | diphenhydramine"
        " | benadryl | epinephrine | epipen | terfenadine | astemizole | desloratadine"
        " | levocetirizine"),
    value_set("thyroid_medicines", "Thyroid medicines", _MEDICATION,
        rxnorm="10582 10814 6835",
        words="levothyroxine | synthroid | liothyronine | methimazole | armour thyroid"
        " | propylthiouracil"),
    value_set("bone_medicines", "Bone medicines", _MEDICATION,
        rxnorm="46041 73056 115264 993449 72143",
        words="alendron* | fosamax | risedronate | ibandronate | zoledronic | denosumab | prolia"
        " | raloxifene | teriparatide"),
    value_set("stomach_medicines", "Stomach medicines", _MEDICATION,
        rxnorm="7646 40790 17128 283742 4278 26225",
        words="omeprazole | pantoprazole | lansoprazole | esomeprazole | famotidine | ranitidine"
        " | ondansetron | sucralfate"),
    value_set("pain_medicines", "Pain medicines", _MEDICATION,
        rxnorm="161 5640 7258 140587 35827 1191 3355 41493",
        words="acetaminophen | tylenol | ibuprofen | naproxen | celecoxib | ketorolac | meloxicam"
        " | diclofenac | aspirin"),
    value_set("opioids", "Opioids for pain", _MEDICATION,
        rxnorm="7804 5489 7052 10689 4337 3423 6754 2670 787390",
        words="oxycodone | percocet | oxycontin | hydrocodone | vicodin | morphine | tramadol | fentanyl"
        " | hydromorphone | codeine | meperidine | tapentadol"),
    value_set("nerve_medicines", "Seizure and nerve medicines", _MEDICATION,
        rxnorm="25480 187832 114477 28439 38404 8183 2002 11118",
        words="gabapentin | neurontin | pregabalin | lyrica | levetiracetam | keppra | lamotrigine"
        " | topiramate | phenytoin | carbamazepine | valproate | divalproex | valproic acid"
        " | lacosamide"),
    value_set("migraine_medicines", "Migraine medicines", _MEDICATION,
        rxnorm="37418 88014",
        words="sumatriptan | rizatriptan | zolmitriptan | eletriptan | erenumab | ubrogepant"
        " | rimegepant | galcanezumab"),
    value_set("parkinson_medicines", "Parkinson's medicines", _MEDICATION,
        rxnorm="6375 746741 72302",
        words="levodopa | carbidopa | sinemet | ropinirole | pramipexole | rasagiline"),
    value_set("arthritis_medicines", "Arthritis and immune medicines", _MEDICATION,
        rxnorm="6851 5521 327361 214555 191831 519 2683",
        words="methotrexate | hydroxychloroquine | adalimumab | humira | etanercept | enbrel"
        " | infliximab | allopurinol | colchicine | febuxostat | tofacitinib | ustekinumab"
        " | secukinumab | leflunomide | sulfasalazine"),
    value_set("transplant_medicines", "Transplant medicines", _MEDICATION,
        rxnorm="42316 3008 68149 35302",
        words="tacrolimus | cyclosporine | mycophenol* | sirolimus | azathioprine"),
    value_set("steroids", "Steroids", _MEDICATION,
        rxnorm="8640 6902 3264 5492 8638",
        words="prednisone | prednisolone | methylprednisolone | dexamethasone | hydrocortisone"),
    value_set("antibiotics", "Antibiotics", _MEDICATION,
        rxnorm="723 18631 19711 2551 82122 2193 2231 3640 10831 7454 6922 11124 2582 21212",
        words="amoxicillin | augmentin | azithromycin | ciprofloxacin | levofloxacin | ceftriaxone"
        " | cephalexin | doxycycline | sulfamethoxazole | nitrofurantoin | metronidazole | vancomycin"
        " | clindamycin | penicillin* | cefazolin | meropenem | piperacillin | clarithromycin"),
    value_set("cancer_medicines", "Cancer medicines", _MEDICATION,
        rxnorm="10324 84857 224905 32592 194000 4492 1721560 72965 42375",
        words="tamoxifen | anastrozole | letrozole | trastuzumab | oxaliplatin | capecitabine"
        " | fluorouracil | osimertinib | paclitaxel | cisplatin | carboplatin | docetaxel"
        " | doxorubicin | pembrolizumab | nivolumab | imatinib | leuprolide | bicalutamide"
        " | cyclophosphamide | leucovorin"),
    value_set("eye_medicines", "Eye medicines", _MEDICATION,
        rxnorm="43611 283809 10600 60207",
        words="latanoprost | bimatoprost | travoprost | timolol | dorzolamide | brimonidine"
        " | aflibercept | ranibizumab"),
    value_set("prostate_medicines", "Prostate and bladder medicines", _MEDICATION,
        rxnorm="77492 25025 228790 17300",
        words="tamsulosin | flomax | finasteride | dutasteride | alfuzosin | oxybutynin | mirabegron"
        " | solifenacin | tolterodine"),
    value_set("smoking_medicines", "Medicines to stop smoking", _MEDICATION,
        rxnorm="591622 7407",
        words="varenicline | chantix | nicotine"),
    value_set("antidepressants", "Antidepressants", _MEDICATION, _MENTAL,
        rxnorm="36437 4493 321988 2556 32937 39786 72625 42347 10737 15996 704 7531 734064 1086769"
        " 1455099",
        words="sertraline | zoloft | fluoxetine | prozac | escitalopram | lexapro | citalopram | celexa"
        " | paroxetine | venlafaxine | effexor | duloxetine | cymbalta | bupropion | wellbutrin"
        " | trazodone | mirtazapine | amitriptyline | nortriptyline | desvenlafaxine | vilazodone"
        " | vortioxetine"),
    value_set("anxiety_medicines", "Anxiety and sleep medicines", _MEDICATION, _MENTAL,
        rxnorm="2598 6470 596 3322 1827 39993",
        words="clonazepam | lorazepam | ativan | alprazolam | xanax | diazepam | valium | buspirone"
        " | zolpidem | ambien | eszopiclone | temazepam"),
    value_set("psychosis_medicines", "Antipsychotics and mood stabilizers", _MEDICATION, _MENTAL,
        rxnorm="51272 89013 61381 35636 5093 6448 115698 2626 1040028 679314",
        words="quetiapine | seroquel | aripiprazole | abilify | olanzapine | risperidone | haloperidol"
        " | lithium | ziprasidone | clozapine | lurasidone | paliperidone | brexpiprazole"
        " | cariprazine"),
    value_set("adhd_medicines", "ADHD medicines", _MEDICATION, _MENTAL,
        rxnorm="6901 725 700810 38400",
        words="methylphenidate | ritalin | concerta | amphetamine | adderall | lisdexamfetamine"
        " | vyvanse | atomoxetine | guanfacine | dexmethylphenidate"),
    value_set("dementia_medicines", "Dementia medicines", _MEDICATION, _MENTAL,
        rxnorm="135447 6719 183379 4637",
        words="donepezil | aricept | memantine | namenda | rivastigmine | galantamine | lecanemab"
        " | donanemab"),
    value_set("addiction_medicines", "Addiction medicines", _MEDICATION, Sensitivity.SUBSTANCE_USE,
        rxnorm="1819 6813 7243 3554 82819 7242",
        words="buprenorphine | suboxone | subutex | sublocade | methadone | naltrexone | vivitrol"
        " | disulfiram | antabuse | acamprosate | naloxone | narcan | lofexidine",
        but_not="contrave"),
    value_set("hiv_medicines", "HIV medicines and PrEP", _MEDICATION, Sensitivity.HIV,
        rxnorm="300195 276237 1433868 1721603 68244 11413 190521 195085 460132 343047 1102270",
        words="emtricitabine | truvada | descovy | tenofovir | biktarvy | bictegravir | dolutegravir"
        " | tivicay | triumeq | genvoya | raltegravir | darunavir | atazanavir | abacavir"
        " | lamivudine | zidovudine | efavirenz | rilpivirine | cabotegravir | apretude | cabenuva"
        " | lenacapavir"),
    value_set("herpes_medicines", "Herpes medicines", _MEDICATION, Sensitivity.SEXUAL_HEALTH,
        rxnorm="73645 281 68099",
        words="valacyclovir | valtrex | acyclovir | famciclovir"),
    value_set("erection_medicines", "Erection medicines", _MEDICATION, Sensitivity.SEXUAL_HEALTH,
        rxnorm="136411 358263 306674 1291301",
        words="sildenafil | viagra | tadalafil | cialis | vardenafil | avanafil"),
    value_set("contraceptives", "Contraceptives", _MEDICATION, _REPRODUCTIVE,
        rxnorm="6691 6373 7514 14584 11636 4124 22656 389221",
        words="ethinyl estradiol | levonorgestrel | norethindrone | drospirenone | norgestimate"
        " | desogestrel | etonogestrel | nuvaring | nexplanon | implanon | mirena | kyleena | skyla"
        " | liletta | medroxyprogesterone | depo provera | plan b | ulipristal | day pack"
        " | intrauterine system | norelgestromin | jolivette | seasonique | natazia | yaz"),
    value_set("fertility_medicines", "Fertility and pregnancy medicines", _MEDICATION, _REPRODUCTIVE,
        rxnorm="2596 7824",
        words="clomiphene | clomid | follitropin | gonadotropin | menotropins | ganirelix | cetrorelix"
        " | oxytocin | prenatal vitamin* | hydroxyprogesterone"),
    value_set("abortion_medicines", "Medicines that end a pregnancy", _MEDICATION, _REPRODUCTIVE,
        rxnorm="6916 42331",
        words="mifepristone | mifeprex | misoprostol | cytotec"),
    value_set("sex_hormones", "Sex hormones", _MEDICATION, _REPRODUCTIVE,
        rxnorm="4083 10379 8727 4099",
        words="estradiol | premarin | conjugated estrogens | testosterone | androgel | progesterone"
        " | prometrium",
        but_not="ethinyl estradiol"),
)  # fmt: skip
