"""Every page of the desk, in one table: a new page is one line here, and is then tested and can be photographed."""

from dataclasses import dataclass

# Kind → the address of its list.
KINDS = {
    "condition": "/admin/conditions/condition/",
    "symptom": "/admin/conditions/symptom/",
    "guide": "/admin/conditions/guide/",
    "question": "/admin/conditions/question/",
    "treatment": "/admin/remedies/treatment/",
    "exercise": "/admin/remedies/exercise/",
    "prevention_strategy": "/admin/remedies/preventionstrategy/",
    "provider": "/admin/remedies/provider/",
    "red_flag": "/admin/kb/redflag/",
    "body_structure": "/admin/kb/bodystructure/",
    "source": "/admin/kb/source/",
    "disclaimer": "/admin/kb/disclaimer/",
    "contact_route": "/admin/kb/contactroute/",
}


@dataclass(frozen=True)
class DeskPage:
    """`path` may name an entry, as `{condition}`: see the fixture `ids`. `who` opens it; “” is nobody signed in.

    `is_like_another`: another row has the same template, so every run but the thorough one leaves it out.
    """

    name: str
    path: str
    who: str = "editor"
    has_lists: bool = False
    picture: str = ""
    is_like_another: bool = False

    def address(self, ids: dict[str, str]) -> str:
        return self.path.format(**ids)


def api_path(kind: str) -> str:
    """The public list of a kind."""
    words = kind.replace("_", "-")
    return f"/{words.removesuffix('y')}ies" if words.endswith("y") else f"/{words}s"


def _of_kind(kind: str, path: str) -> list[DeskPage]:
    """The form with the most lists and that with the fewest stand for the others."""
    words = kind.replace("_", " ")
    is_largest, is_smallest = kind == "condition", kind == "contact_route"
    return [
        DeskPage(f"{words}: filtered list", f"{path}?status=live&q=a", is_like_another=not is_largest),
        DeskPage(f"{words}: new", f"{path}add/", who="therapist", has_lists=True, is_like_another=not is_smallest),
        DeskPage(
            f"{words}: form",
            f"{path}{{{kind}}}/change/",
            has_lists=True,
            picture="admin-condition" if is_largest else "",
            is_like_another=not is_largest,
        ),
    ]


PAGES = [
    DeskPage("sign in", "/admin/login/", who="", picture="admin-login"),
    DeskPage("home", "/admin/", picture="admin-home"),
    DeskPage("home of a therapist", "/admin/", who="therapist", is_like_another=True),
    *(page for kind, path in KINDS.items() for page in _of_kind(kind, path)),
    DeskPage("condition: whole list", KINDS["condition"], picture="admin-list", is_like_another=True),
    DeskPage("condition: empty list", f"{KINDS['condition']}?q=nothing+is+called+this", is_like_another=True),
    DeskPage(
        "condition: form of a therapist",
        "/admin/conditions/condition/{condition}/change/",
        who="therapist",
        is_like_another=True,
    ),
    *(
        DeskPage(
            f"condition: {path.split('/')[0]}",
            f"{KINDS['condition']}{{condition}}/{path}",
            who=who,
            picture=picture,
            is_like_another=path in ("take-back/", "publish/", "withdraw/"),
        )
        for path, who, picture in (
            ("history/", "editor", "admin-history"),
            ("revisions/1/", "editor", ""),
            ("compare/?old=1&new=2", "editor", "admin-compare"),
            ("used/", "editor", "admin-used"),
            ("submit/", "therapist", ""),
            ("take-back/", "therapist", ""),
            ("send-back/", "editor", ""),
            ("approve/", "editor", "admin-approve"),
            ("publish/", "editor", ""),
            ("withdraw/", "editor", ""),
            ("merge/", "editor", ""),
        )
    ),
    DeskPage("red flag: withdrawing what others need", "/admin/kb/redflag/{red_flag}/withdraw/"),
    DeskPage("question: form when withdrawn", "/admin/conditions/question/{withdrawn}/change/", is_like_another=True),
    DeskPage("all pages", "/admin/kb/entry/", is_like_another=True),
    DeskPage("all pages: a tray", "/admin/kb/entry/?queue=my_drafts", who="therapist"),
    DeskPage("all pages: approving some", "/admin/kb/entry/approve-live/?ids={symptom}.{red_flag}"),
    DeskPage("all pages: putting some in a release", "/admin/kb/entry/put-in-release/?ids={symptom}.{red_flag}"),
    DeskPage("releases: list", "/admin/kb/release/", is_like_another=True),
    DeskPage("releases: one", "/admin/kb/release/1/change/", picture="admin-release"),
    DeskPage("releases: new", "/admin/kb/release/add/"),
    DeskPage("releases: rolling one back", "/admin/kb/release/1/roll-back/"),
    DeskPage("releases: cancelling one", "/admin/kb/release/1/cancel/"),
    DeskPage("record", "/admin/kb/step/"),
    DeskPage("people: list", "/admin/auth/user/", who="administrator", is_like_another=True),
    DeskPage("people: new", "/admin/auth/user/add/", who="administrator"),
    DeskPage("people: one", "/admin/auth/user/1/change/", who="administrator"),
    DeskPage("people: password of somebody", "/admin/auth/user/1/password/", who="administrator"),
    DeskPage("people: what one did", "/admin/auth/user/1/history/", who="administrator", is_like_another=True),
    DeskPage("roles: list", "/admin/auth/group/", who="administrator", is_like_another=True),
    DeskPage("roles: one", "/admin/auth/group/1/change/", who="administrator"),
    DeskPage("roles: new", "/admin/auth/group/add/", who="administrator", is_like_another=True),
    DeskPage("roles: what was done to one", "/admin/auth/group/1/history/", who="administrator", is_like_another=True),
    DeskPage("own password", "/admin/password_change/"),
    DeskPage("own password, changed", "/admin/password_change/done/"),
]

# Addresses at which nobody can look, by the name of their view; “kind” stands for each kind.
NOT_PAGES = {
    # They answer scripts and buttons.
    "autocomplete",
    "jsi18n",
    "logout",
    "view_on_site",
    "kind_add_preview",
    "kind_preview",
    "kind_merge_targets",
    "kind_duplicate",
    # They lead elsewhere, or are not to be had by anybody.
    "",
    "app_list",
    "kb_entry_add",
    "kb_entry_change",
    "kb_entry_delete",
    "kb_entry_history",
    "kb_release_delete",
    "kb_release_history",
    "kind_delete",
    "auth_user_delete",
    "auth_group_delete",
}
