"""The words of the time bar and of a frame's hints, by language. The key and the cards are in English."""
from __future__ import annotations

from collections.abc import Mapping

NAMES = ("asOf", "day", "date", "play", "pause", "back", "on", "wheel", "touch")
"""As ``static/js/speech.js`` takes them."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "As of", "Day", "Date", "Play through time", "Pause", "A day back", "A day on",
        "Hold Ctrl and scroll to zoom the map", "Move the map with two fingers",
    ),
    "ar": (
        "في", "اليوم", "التاريخ", "تشغيل عبر الزمن", "إيقاف مؤقت", "اليوم السابق", "اليوم التالي",
        "اضغط Ctrl مع التمرير لتكبير الخريطة", "حرّك الخريطة بإصبعين",
    ),
    "de": (
        "Stand", "Tag", "Datum", "Durch die Zeit abspielen", "Pause", "Einen Tag zurück", "Einen Tag weiter",
        "Zum Zoomen Strg halten und scrollen", "Karte mit zwei Fingern bewegen",
    ),
    "es": (
        "A fecha de", "Día", "Fecha", "Reproducir", "Pausa", "Un día atrás", "Un día adelante",
        "Mantén Ctrl y desplázate para ampliar el mapa", "Mueve el mapa con dos dedos",
    ),
    "fr": (
        "Situation au", "Jour", "Date", "Lecture", "Pause", "Un jour avant", "Un jour après",
        "Maintenez Ctrl et faites défiler pour zoomer", "Déplacez la carte avec deux doigts",
    ),
    "ru": (
        "На дату", "День", "Дата", "Воспроизвести", "Пауза", "На день назад", "На день вперёд",
        "Прокручивайте с Ctrl, чтобы изменить масштаб", "Двигайте карту двумя пальцами",
    ),
    "tr": (
        "Tarih:", "Gün", "Tarih", "Oynat", "Duraklat", "Bir gün geri", "Bir gün ileri",
        "Yakınlaştırmak için Ctrl ile kaydırın", "Haritayı iki parmakla hareket ettirin",
    ),
    "uk": (
        "Станом на", "День", "Дата", "Відтворити", "Пауза", "На день назад", "На день уперед",
        "Прокручуйте з Ctrl, щоб змінити масштаб", "Рухайте карту двома пальцями",
    ),
}


def words(language: str) -> dict[str, str]:
    return dict(zip(NAMES, WORDS[language], strict=True))
