"""Names and codes that the sources of the basemap lack, or give wrongly.

Codes are ISO 3166-2 as of 2023; provinces carry the spelling common in English-language news.
Waypoints of rivers are read off the source lines, roughly one every half degree.
"""
from __future__ import annotations

import unicodedata

Point = tuple[float, float]

# Natural Earth gives HASC codes; in these four countries the two letters are those of ISO 3166-2 but for Kirkuk.
_BY_LETTERS = {
    "SY": "LA Latakia,TA Tartus,RA Raqqa,HL Aleppo,HM Hama,HI Homs,ID Idlib,HA Hasakah,DY Deir ez-Zor,"
          "SU Suwayda,RD Rif Dimashq,QU Quneitra,DR Daraa,DI Damascus",
    "IQ": "DA Duhok,KI Kirkuk,AR Erbil,NI Nineveh,SD Salah al-Din,NA Najaf,KA Karbala,BG Baghdad,BA Basra,"
          "MU Muthanna,QA Qadisiyah,DQ Dhi Qar,MA Maysan,WA Wasit,SU Sulaymaniyah,DI Diyala,AN Anbar,BB Babil",
    "JO": "AQ Aqaba,MA Mafraq,AM Amman,AT Tafilah,MN Ma'an,IR Irbid,AJ Ajloun,JA Jerash,BA Balqa,MD Madaba,"
          "KA Karak,AZ Zarqa",
    "LB": "BI Beqaa,AS North Lebanon,BA Beirut,JL Mount Lebanon,NA Nabatieh,JA South Lebanon",
}
_HASC = {"IQ.TS": "IQ-KI", "SY": "SY-QU"}  # "SY" alone is the United Nations zone in Quneitra

# In the order of their codes, 01 to 81.
_TURKEY = [
    "Adana", "Adıyaman", "Afyonkarahisar", "Ağrı", "Amasya", "Ankara", "Antalya", "Artvin", "Aydın", "Balıkesir",
    "Bilecik", "Bingöl", "Bitlis", "Bolu", "Burdur", "Bursa", "Çanakkale", "Çankırı", "Çorum", "Denizli",
    "Diyarbakır", "Edirne", "Elazığ", "Erzincan", "Erzurum", "Eskişehir", "Gaziantep", "Giresun", "Gümüşhane",
    "Hakkari", "Hatay", "Isparta", "Mersin", "Istanbul", "Izmir", "Kars", "Kastamonu", "Kayseri", "Kırklareli",
    "Kırşehir", "Kocaeli", "Konya", "Kütahya", "Malatya", "Manisa", "Kahramanmaraş", "Mardin", "Muğla", "Muş",
    "Nevşehir", "Niğde", "Ordu", "Rize", "Sakarya", "Samsun", "Siirt", "Sinop", "Sivas", "Tekirdağ", "Tokat",
    "Trabzon", "Tunceli", "Şanlıurfa", "Uşak", "Van", "Yozgat", "Zonguldak", "Aksaray", "Bayburt", "Karaman",
    "Kırıkkale", "Batman", "Şırnak", "Bartın", "Ardahan", "Iğdır", "Yalova", "Karabük", "Kilis", "Osmaniye", "Düzce",
]

# Ukraine's HASC codes are partly doubled in the source, so its names are the key.
_UKRAINE = {
    "Crimea": "43 Crimea", "Mykolayiv": "48 Mykolaiv", "Chernihiv": "74 Chernihiv", "Rivne": "56 Rivne",
    "Chernivtsi": "77 Chernivtsi", "Ivano-Frankivs'k": "26 Ivano-Frankivsk", "Khmel'nyts'kyy": "68 Khmelnytskyi",
    "L'viv": "46 Lviv", "Ternopil'": "61 Ternopil", "Transcarpathia": "21 Zakarpattia", "Volyn": "07 Volyn",
    "Cherkasy": "71 Cherkasy", "Kirovohrad": "35 Kirovohrad", "Kiev": "32 Kyiv Oblast", "Odessa": "51 Odesa",
    "Vinnytsya": "05 Vinnytsia", "Zhytomyr": "18 Zhytomyr", "Sumy": "59 Sumy", "Dnipropetrovs'k": "12 Dnipropetrovsk",
    "Donets'k": "14 Donetsk", "Kharkiv": "63 Kharkiv", "Luhans'k": "09 Luhansk", "Poltava": "53 Poltava",
    "Zaporizhzhya": "23 Zaporizhzhia", "Kiev City": "30 Kyiv", "Kherson": "65 Kherson", "Sevastopol": "40 Sevastopol",
}
_MISSPELT = {"K. Maras": "Kahramanmaraş", "Zinguldak": "Zonguldak", "Kinkkale": "Kırıkkale", "Gümüshane": "Gümüşhane"}

# Territory that Natural Earth shows apart: the ISO 3166-1 country it counts to here. "" is left out.
COUNTRY_OF = {
    "N. Cyprus": "CY", "Cyprus U.N. Buffer Zone": "CY", "Akrotiri": "CY", "Dhekelia": "CY", "Somaliland": "SO",
    "Kosovo": "XK", "USNB Guantanamo Bay": "CU", "Siachen Glacier": "IN", "Baikonur": "KZ",
    "Indian Ocean Ter.": "CX", "Coral Sea Is.": "AU", "Spratly Is.": "", "Clipperton I.": "FR",
    "Bajo Nuevo Bank": "", "Serranilla Bank": "", "Scarborough Reef": "", "Ashmore and Cartier Is.": "AU",
}
FULL_NAMES = {
    "CF": "Central African Republic", "CD": "Democratic Republic of the Congo", "DO": "Dominican Republic",
    "SS": "South Sudan", "EH": "Western Sahara", "BA": "Bosnia and Herzegovina", "MK": "North Macedonia",
    "SZ": "Eswatini", "GQ": "Equatorial Guinea", "US": "United States", "CX": "Christmas Island", "XK": "Kosovo",
    "AG": "Antigua and Barbuda", "KN": "Saint Kitts and Nevis", "VC": "Saint Vincent and the Grenadines",
    "MH": "Marshall Islands", "SB": "Solomon Islands", "ST": "São Tomé and Príncipe", "TR": "Turkey",
    "FK": "Falkland Islands", "KY": "Cayman Islands", "CK": "Cook Islands", "FO": "Faroe Islands",
    "GS": "South Georgia and the South Sandwich Islands", "HM": "Heard Island and McDonald Islands",
    "IO": "British Indian Ocean Territory", "MP": "Northern Mariana Islands", "PF": "French Polynesia",
    "PM": "Saint Pierre and Miquelon", "PN": "Pitcairn Islands", "TC": "Turks and Caicos Islands",
    "TF": "French Southern Territories", "UM": "United States Minor Outlying Islands", "VG": "British Virgin Islands",
    "VI": "United States Virgin Islands", "BL": "Saint Barthélemy", "MF": "Saint Martin", "CG": "Republic of the Congo",
}

# Name: (how far the source line may be from the waypoints, in degrees; waypoints).
RIVERS: dict[str, tuple[float, list[Point]]] = {
    "Euphrates": (0.2, [(38.7, 38.85), (38.4, 38.6), (39.2, 38.2), (38.9, 37.8), (38.2, 37.45), (37.87, 37.2),
        (38.25, 36.5), (38.05, 36.1), (38.7, 35.87), (39.4, 35.85), (39.95, 35.6), (40.4, 35.1), (40.95, 34.45),
        (41.7, 34.45), (42.3, 34.3), (42.75, 33.75), (43.5, 33.4), (44.1, 33.0), (44.3, 32.4), (44.5, 31.6),
        (45.2, 31.35), (46.4, 30.95), (47.4, 31.0)]),
    "Tigris": (0.2, [(40.0, 38.1), (40.25, 37.85), (41.8, 37.75), (42.2, 37.2), (42.8, 36.7), (43.15, 36.35),
        (43.35, 36.0), (43.3, 35.4), (43.6, 34.7), (43.95, 34.1), (44.4, 33.9), (44.35, 33.4), (44.6, 33.0),
        (45.3, 32.65), (46.1, 32.6), (46.7, 32.4), (46.9, 31.95), (47.4, 31.3), (47.42, 31.0)]),
    "Shatt al-Arab": (0.2, [(47.43, 31.0), (47.8, 30.55), (48.2, 30.45), (48.45, 30.0)]),
    "Khabur": (0.2, [(40.43, 35.15), (40.75, 35.8), (40.73, 36.5), (40.3, 36.75), (40.05, 36.87)]),
    "Balikh": (0.2, [(39.05, 35.93), (38.95, 36.3), (38.95, 36.7)]),
    "Orontes": (0.2, [(35.97, 36.05), (36.35, 36.2), (36.38, 35.8), (36.35, 35.3), (36.75, 35.2), (36.75, 35.1),
        (36.6, 34.7), (36.3, 34.2)]),
    "Litani": (0.08, [(36.08, 34.02), (36.0, 33.88), (35.8, 33.73), (35.7, 33.6), (35.66, 33.5), (35.58, 33.4),
        (35.54, 33.32), (35.4, 33.32), (35.25, 33.34)]),
    "Jordan": (0.08, [(35.62, 33.1), (35.62, 32.9), (35.57, 32.65), (35.56, 32.4), (35.56, 32.2), (35.54, 31.75)]),
    "Great Zab": (0.2, [(43.4, 36.05), (43.9, 36.35), (44.25, 36.75), (43.6, 37.3), (43.7, 37.6), (44.0, 37.8)]),
    "Little Zab": (0.2, [(43.4, 35.2), (44.1, 35.75), (44.9, 35.95), (45.4, 36.1)]),
    "Diyala": (0.2, [(44.5, 33.2), (44.65, 33.75), (45.0, 34.2), (45.4, 34.8), (45.95, 35.1)]),
    "Adhaim": (0.2, [(44.4, 34.0), (44.45, 34.5), (44.1, 35.1), (44.6, 35.6)]),
    "Murat": (0.2, [(38.8, 38.85), (39.7, 38.7), (41.0, 38.8), (41.9, 38.6)]),
    "Karun": (0.2, [(48.2, 30.42), (48.45, 31.0), (48.75, 31.4), (48.9, 31.9)]),
    "Ceyhan": (0.2, [(35.55, 36.6), (35.9, 37.05), (36.7, 37.4), (37.0, 38.0)]),
    "Dnieper": (0.2, [(30.6, 51.4), (30.55, 50.4), (31.5, 49.75), (33.0, 49.1), (34.0, 48.8), (35.05, 48.5),
        (35.15, 47.85), (34.4, 47.5), (33.4, 46.75), (32.4, 46.6)]),
    "Siverskyi Donets": (0.2, [(37.0, 50.2), (36.85, 49.65), (37.1, 49.25), (38.2, 48.93), (39.2, 48.65),
        (39.9, 48.3), (40.6, 47.7)]),
    "Southern Bug": (0.2, [(28.5, 49.2), (29.8, 48.2), (31.2, 47.7), (31.95, 47.0)]),
    "Dniester": (0.2, [(24.5, 49.1), (26.5, 48.5), (28.3, 48.1), (29.3, 47.1), (30.2, 46.4)]),
    "Desna": (0.2, [(30.6, 50.55), (31.3, 51.5), (32.8, 51.6), (33.4, 52.4)]),
    "Inhulets": (0.2, [(33.0, 46.75), (33.2, 47.5), (33.4, 48.1)]),
    "Don": (0.2, [(39.5, 47.2), (40.8, 47.55), (42.0, 47.55)]),
}
LAKES: dict[str, Point] = {
    "Lake Tharthar": (43.25, 34.0), "Lake Habbaniyah": (43.45, 33.3), "Lake Razazah": (43.65, 32.75),
    "Dead Sea": (35.5, 31.5), "Sea of Galilee": (35.59, 32.82), "Lake Van": (43.0, 38.6), "Lake Urmia": (45.4, 37.6),
    "Lake Hammar": (47.1, 30.8), "Lake Dukan": (44.93, 36.1), "Darbandikhan Lake": (45.72, 35.12),
    "Lake Homs": (36.5, 34.63), "Sabkhat al-Jabbul": (37.5, 36.05), "Lake Tuz": (33.4, 38.75),
    "Dnieper reservoirs": (34.3, 47.4), "Kyiv Reservoir": (30.5, 50.9), "Lake Hazar": (39.4, 38.5),
}


def province(hasc: str, name: str) -> tuple[str, str]:
    """ISO 3166-2 code and name of a province by its HASC code and its name in the source.

    >>> province("IQ.TS", "At-Ta'mim"), province("TR.GA", "Gaziantep"), province("UA.MY", "Odessa")
    (('IQ-KI', 'Kirkuk'), ('TR-27', 'Gaziantep'), ('UA-51', 'Odesa'))
    """
    country = hasc[:2]
    if country == "UA":
        number, english = _UKRAINE[name].split(" ", 1)
        return f"UA-{number}", english
    if country == "TR":
        order = [_fold(each) for each in _TURKEY].index(_fold(_MISSPELT.get(name, name)))
        return f"TR-{order + 1:02}", _TURKEY[order]
    iso = _HASC.get(hasc, hasc.replace(".", "-"))
    return iso, dict(each.split(" ", 1) for each in _BY_LETTERS[country].split(","))[iso[3:]]


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
