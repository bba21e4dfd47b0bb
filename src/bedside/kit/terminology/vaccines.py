"""Value sets of vaccines, by CVX code and by the words in their names."""

from __future__ import annotations

from typing import Final

from bedside.kit.terminology.nouns import SetKind, ValueSet, value_set

_IMMUNIZATION = SetKind.IMMUNIZATION

VACCINES: Final[tuple[ValueSet, ...]] = (
    value_set("flu_vaccine", "Flu vaccine", _IMMUNIZATION,
        cvx="15 16 88 111 135 140 141 144 149 150 151 153 155 158 161 166 168 171 185 186 194 197 200"
        " 201 202 205 231 320",
        words="influenza | flu"),
    value_set("covid_vaccine", "COVID-19 vaccine", _IMMUNIZATION,
        cvx="207 208 210 211 212 213 217 218 219 221 225 226 227 228 229 230 300 301 302 308 309 310 311"
        " 312 313",
        words="covid* | sars cov 2"),
    value_set("pneumonia_vaccine", "Pneumonia vaccine", _IMMUNIZATION,
        cvx="33 100 109 133 152 177 215 216 327",
        words="pneumococcal | pneumonia | prevnar | pneumovax"),
    value_set("shingles_vaccine", "Shingles vaccine", _IMMUNIZATION,
        cvx="121 187 188",
        words="zoster | shingles | shingrix"),
    value_set("tetanus_vaccine", "Tetanus and whooping cough vaccine", _IMMUNIZATION,
        cvx="1 9 20 22 28 35 50 102 106 107 110 112 113 115 120 130 132 138 139 146 170 195 196 198",
        words="tetanus | tdap | dtap | td | pertussis | whooping cough"),
    value_set("hpv_vaccine", "HPV vaccine", _IMMUNIZATION,
        cvx="62 118 137 165",
        words="hpv* | papillomavirus | gardasil"),
    value_set("hepatitis_vaccine", "Hepatitis vaccine", _IMMUNIZATION,
        cvx="8 31 42 43 44 45 51 52 83 84 85 104 110 132 146 189 193 220",
        words="hep a | hep b | hepatitis"),
    value_set("mmr_vaccine", "Measles, mumps and rubella vaccine", _IMMUNIZATION,
        cvx="3 4 5 6 7 38 94",
        words="mmr* | measles | mumps | rubella"),
    value_set("chickenpox_vaccine", "Chickenpox vaccine", _IMMUNIZATION,
        cvx="21 94",
        words="varicella | chickenpox"),
    value_set("polio_vaccine", "Polio vaccine", _IMMUNIZATION,
        cvx="2 10 89 110 120 130 132 146 170 178 179 182",
        words="polio* | ipv"),
    value_set("meningitis_vaccine", "Meningitis vaccine", _IMMUNIZATION,
        cvx="32 103 108 114 136 147 148 162 163 164 167 191 192 203 316 328",
        words="meningococcal | meningitis | menveo"),
    value_set("rsv_vaccine", "RSV vaccine", _IMMUNIZATION,
        cvx="303 304 305 306 307 314 315 326",
        words="rsv | respiratory syncytial"),
    value_set("infant_vaccines", "Rotavirus and Hib vaccines", _IMMUNIZATION,
        cvx="17 22 46 47 48 49 50 51 74 102 116 119 120 122 132 146 170",
        words="rotavirus | hib | haemophilus"),
    value_set("travel_vaccines", "Travel vaccines", _IMMUNIZATION,
        cvx="18 25 26 37 39 40 41 53 90 91 101 129 134 172 173 174 175 176 183 184 223 224",
        words="yellow fever | typhoid | rabies | cholera | japanese encephalitis"),
    value_set("mpox_vaccine", "Mpox vaccine", _IMMUNIZATION,
        cvx="75 105 206",
        words="mpox | monkeypox | smallpox | vaccinia"),
)  # fmt: skip
