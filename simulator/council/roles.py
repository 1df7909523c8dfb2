"""Who holds which post at Wrenbridge, and how accounts are named: by post for those who answer for information."""

from __future__ import annotations

from dataclasses import dataclass

_DROPPED = frozenset({"of", "and", "the", "for"})


@dataclass(frozen=True, slots=True)
class Post:
    """A post with its holder; `manager` is another post."""

    role: str
    holder: str
    department: str
    manager: str

    @property
    def account(self) -> str:
        """The account's name before the @."""
        if self.role == "Senior Information Risk Owner":
            return "siro"
        words = self.role.lower().replace("'", "").replace(",", "").split()
        return ".".join(word for word in words if word not in _DROPPED)


_CE = "Chief Executive"
_CHILDREN, _ADULTS, _PLACE = "Strategic Director, Children", "Strategic Director, Adults", "Strategic Director, Place"
_HOUSING, _FINANCE = "Strategic Director, Housing", "Strategic Director, Finance"
_CORPORATE, _NEIGHBOURHOODS = "Strategic Director, Corporate", "Strategic Director, Neighbourhoods"

POSTS = (
    Post(_CE, "Margaret Adeyemi", "Corporate", ""),
    Post(_CHILDREN, "Helen Brightwell", "Children", _CE),
    Post(_ADULTS, "Joseph Mbeki", "Adults", _CE),
    Post(_PLACE, "Catherine Lowe", "Place", _CE),
    Post(_HOUSING, "Daniel Farrow", "Housing", _CE),
    Post(_FINANCE, "Ruth Ellison", "Finance", _CE),
    Post(_CORPORATE, "Imran Sheikh", "Corporate", _CE),
    Post(_NEIGHBOURHOODS, "Gareth Pugh", "Neighbourhoods", _CE),
    Post("Senior Information Risk Owner", "Elaine Whitcombe", "Corporate", _CE),
    Post("Head of Information Governance", "Tomasz Zielinski", "Corporate", _CORPORATE),
    Post("Records Manager", "Fiona Birch", "Corporate", "Head of Information Governance"),
    Post("Data Protection Officer", "Leila Haddad", "Corporate", "Head of Information Governance"),
    Post("Director of Children's Social Care", "Angela Frost", "Children", _CHILDREN),
    Post("Head of Safeguarding", "Marcus Bell", "Children", "Director of Children's Social Care"),
    Post("Practice Systems Officer", "Jodie Marsh", "Children", "Head of Safeguarding"),
    Post("Director of Adult Social Care", "Peter Okonkwo", "Adults", _ADULTS),
    Post("Head of Care Management", "Sunita Rao", "Adults", "Director of Adult Social Care"),
    Post("ASC Records Officer", "Colin Peel", "Adults", "Head of Care Management"),
    Post("Head of SEND", "Rosalind Keane", "Children", _CHILDREN),
    Post("SEND Service Manager", "Nathan Cole", "Children", "Head of SEND"),
    Post("SEND Data Officer", "Yasmin Begum", "Children", "SEND Service Manager"),
    Post("Director of Planning", "Alistair Munro", "Place", _PLACE),
    Post("Head of Development Management", "Grace Tilley", "Place", "Director of Planning"),
    Post("Planning Systems Officer", "Sam Okafor", "Place", "Head of Development Management"),
    Post("Director of Housing", "Bernadette Quinn", "Housing", _HOUSING),
    Post("Head of Tenancy Services", "Lewis Grant", "Housing", "Director of Housing"),
    Post("Housing Systems Officer", "Chloe Ward", "Housing", "Head of Tenancy Services"),
    Post("Head of Revenues and Benefits", "Hassan Mirza", "Finance", _FINANCE),
    Post("Revenues Manager", "Deborah Stone", "Finance", "Head of Revenues and Benefits"),
    Post("Revenues Support Lead", "Craig Nolan", "Finance", "Revenues Manager"),
    Post("Head of HR", "Philippa Dent", "Corporate", _CORPORATE),
    Post("HR Operations Manager", "Owen Price", "Corporate", "Head of HR"),
    Post("Head of Procurement", "Victor Lindqvist", "Corporate", _CORPORATE),
    Post("Category Manager", "Priya Nair", "Corporate", "Head of Procurement"),
    Post("Contracts Officer", "Simon Hale", "Corporate", "Category Manager"),
    Post("Head of Democratic Services", "Eleanor Vance", "Corporate", _CORPORATE),
    Post("Deputy Monitoring Officer", "Rajesh Patel", "Corporate", "Head of Democratic Services"),
    Post("Democratic Services Officer", "Beth Kershaw", "Corporate", "Deputy Monitoring Officer"),
    Post("Head of Regulatory Services", "Martin Cope", "Neighbourhoods", _NEIGHBOURHOODS),
    Post("Licensing Manager", "Zoe Fletcher", "Neighbourhoods", "Head of Regulatory Services"),
    Post("Regulatory Support Officer", "Amir Khalil", "Neighbourhoods", "Licensing Manager"),
    Post("Director of Regeneration", "Stephen Rudd", "Place", _PLACE),
    Post("Programme Manager", "Karen Doyle", "Place", "Director of Regeneration"),
    Post("Project Support Officer", "Ben Ashworth", "Place", "Programme Manager"),
)
LEFT = "Head of SEND"
"""Left on 31 October 2026; the post is vacant."""

STAFF_FIRST = (
    "Aisha", "Alan", "Amelia", "Andrew", "Anya", "Barbara", "Callum", "Carol", "Daisy", "David", "Dylan", "Emma",
    "Ewan", "Farah", "Frank", "Georgia", "Hannah", "Harpreet", "Ian", "Iris", "Jack", "Jasmine", "Keith", "Kirsty",
    "Laura", "Liam", "Malik", "Megan", "Mohammed", "Natalie", "Nigel", "Olivia", "Paul", "Rachel", "Robert", "Sarah",
    "Shanice", "Tariq", "Vera", "William",
)  # fmt: skip
STAFF_LAST = (
    "Abbott", "Ahmed", "Barker", "Bishop", "Carter", "Chapman", "Clarke", "Dawson", "Edwards", "Evans", "Foster",
    "Gibson", "Green", "Harris", "Hill", "Hussain", "Jackson", "Jones", "Kaur", "Knight", "Lewis", "Mason", "Moore",
    "Morgan", "Newton", "Owens", "Parker", "Reid", "Roberts", "Saunders", "Scott", "Shah", "Taylor", "Turner",
    "Walker", "Watson", "Webb", "Wood", "Wright", "Young",
)  # fmt: skip
