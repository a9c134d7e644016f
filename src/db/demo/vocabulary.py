"""The made-up names of the demo platform. No person, shop or publisher of these names is meant."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    """Ada Alma Amos Anouk Arvid Beata Bruno Cara Caspian Dalia Darius Edda Elio Elsa Emil Fabian Farah Flora Goran
    Greta Hanna Hugo Ida Imran Ines Iris Jana Jonas Juno Kaja Karim Lara Leif Lena Linus Lotte Luca Maeve Malik Mara
    Marek Mina Nadia Nils Noor Odile Olaf Orla Oskar Petra Pia Quinn Rafael Rosa Ruben Saskia Selma Silas Sina Sven
    Tara Theo Thora Tilda Umar Una Vera Viggo Wanda Xenia Yara Yusuf Zita Zoran"""
)
LAST_NAMES = _words(
    """Abel Almgren Amsel Bakker Balint Berger Brandt Castell Cerny Dahl Demir Dorn Ekdahl Engel Falk Fenn Fiala Frost
    Garnet Grau Haas Hallberg Hartwig Holm Ibarra Iversen Jansen Jelinek Kaya Keller Kirsch Kovac Lang Lindqvist Loren
    Lund Marten Mazur Meer Moreau Nagy Norling Novak Olsen Orban Palmer Pavlik Pohl Quist Rasmus Reyes Roth Sandoval
    Sommer Stark Tamm Thorne Toth Ulrich Unger Vance Vogel Wall Weiss Wolff Yilmaz Zander Ziegler"""
)

# Organization; its advertiser profiles; the currencies of its programs in turn; what it sells.
ADVERTISERS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("Juniper & Loom", ("Juniper & Loom", "Loom Home"), "EUR GBP", "linen robe cushion throw curtain"),
    ("Halden Optics", ("Halden Optics",), "EUR SEK", "glasses sunglasses lenses binoculars telescope"),
    ("Copperleaf Kitchen", ("Copperleaf Kitchen", "Copperleaf Academy"), "EUR USD", "pan kettle knife grinder oven"),
    ("Tidewater Cycles", ("Tidewater Cycles",), "USD EUR", "bicycle helmet pedal saddle light"),
    ("Quillmere Books", ("Quillmere Books",), "GBP", "novel atlas notebook calendar audiobook"),
    ("Ember Street Coffee", ("Ember Street Coffee",), "CHF EUR", "beans capsules grinder cup filter"),
    ("Fenwick Garden", ("Fenwick Garden", "Fenwick Seeds"), "EUR PLN", "seeds spade planter hose greenhouse"),
    ("Astrel Telecom", ("Astrel Mobile", "Astrel Fibre"), "PLN EUR", "phone router tariff headset watch"),
    ("Polder Travel", ("Polder Travel",), "EUR USD", "cruise flight hostel railpass tour"),
    ("Vireo Audio", ("Vireo Audio",), "JPY USD", "speaker headphones amplifier turntable microphone"),
    ("Lumenhaus", ("Lumenhaus",), "SEK EUR", "lamp bulb lantern dimmer spotlight"),
)
UNAPPROVED_ADVERTISER = ("Marrow & Pine", ("Marrow & Pine",), "EUR", "table chair shelf bed desk")
OWN_PRODUCTS = "jacket tent boots backpack stove skis"

PARTNER_ORGANIZATIONS = (
    "Lantern Reach",
    "Clover & Kin Publishing",
    "Daybreak Deals",
    "Harbourlight Affiliates",
    "Tessellate Digital",
    "Saltmarsh Social",
    "Orchard Cashback",
    "Signal Fox",
    "Ninefold Content",
    "Paperkite Studios",
    "Rookery Reviews",
    "Thistle Newsletters",
    "Umbra Search",
    "Wayfarer Apps",
    "Greyhound Vouchers",
)

PROFILE_WORDS = _words(
    """Almanac Beacon Bulletin Chronicle Compass Corner Courier Digest Diary Echo Finder Gazette Guide Herald Journal
    Ledger Lookout Magazine Mirror Notebook Observer Pages Picks Post Radar Review Scout Sentinel Signal Tribune"""
)
PROFILE_TOPICS = _words(
    """Attic Bargain Bright Campfire Cosy Crafty Curious Daily Evergreen Family Frugal Gadget Garden Golden Green
    Harvest Honest Indie Kitchen Little Local Marathon Meadow Modern Mountain Northern Outdoor Pocket Polite Rainy
    Quiet Sharp Slow Smart Sparrow Sunday Thrifty Tiny Travel Urban Velvet Weekend Wild Winter"""
)
REGIONS = _words(
    "Germany Austria Switzerland France Spain Italy Poland Sweden Norway Denmark Ireland Britain America Japan"
)
SOURCE_NAMES = {
    "WEBSITE": "website",
    "SOCIAL": "channel",
    "EMAIL": "newsletter",
    "APP": "app",
    "SEARCH": "search ads",
    "OTHER": "feed",
}
PROGRAM_WORDS = ("Essentials", "Partner Programme", "Select", "Outlet", "Members", "Launch", "Studio", "Plus")
COMPANY_FORMS = ("GmbH", "Ltd", "S.L.", "AB", "B.V.", "SAS", "Sp. z o.o.", "LLC")

COUNTRIES = ("DE", "AT", "CH", "FR", "ES", "GB", "US", "SE", "PL", "NL", "IT", "JP", "IE", "DK", "NO", "BE")
DEVICES = ("DESKTOP", "MOBILE", "MOBILE", "TABLET")
SUB_IDS = ("header", "footer", "sidebar", "review", "newsletter", "story", "list", "comparison")
PLACEMENTS = ("spring", "summer", "autumn", "winter", "gift-guide", "top-ten", "evergreen", "flash")
PROMO_CODES = ("WELCOME10", "SPRING5", "SUMMER15", "FRIENDS", "FREESHIP", "LATEBIRD", "STUDENT8", "AUTUMN20")
REJECTION_REASONS = ("DUPLICATE", "TEST_ACTION", "CONS_FRAUD", "NOT_COMPLIANCE_TERMS")
REVERSAL_REASONS = ("ITEM_RETURNED", "ORDER_UPDATE", "CONS_FRAUD", "ITEM_RETURNED")
CONVERSION_SOURCES = ("tracking", "tracking", "pixel", "shop-feed")
TESTIMONIALS = (
    ("Paid on the day", "Four payouts so far, and every one arrived on the day the run said it would."),
    ("The numbers agree", "Our own counts and the reports have not differed by a single order this year."),
    ("Quick answers", "Applications are answered within a day, which is rare."),
    ("Readers like the offers", "The programs fit what our readers ask us about."),
)


def slug(name: str) -> str:
    """A name as part of an address: lower case, words joined by hyphens."""
    kept = "".join(c if c.isalnum() else " " for c in name.lower())
    return "-".join(kept.split())
