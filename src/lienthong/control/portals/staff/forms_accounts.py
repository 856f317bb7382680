"""Forms of administrators: finding accounts, inviting, changing roles, giving reasons."""

from typing import Any

from django import forms

from lienthong.control.accounts.queries import AccountEntry, AccountFilter
from lienthong.control.theme.fields import PlainEmail, PlainText, dense
from lienthong.control.theme.speech import spoken_later
from lienthong.core.access import PORTAL_LABELS, ROLE_LABELS, ROLES_OF, Portal, Role
from lienthong.core.account_states import ACCOUNT_MACHINE, AccountState
from lienthong.core.speech import Text

_ALL = ("", spoken_later(Text("Tất cả", "All")))
_PORTALS = [(portal.value, spoken_later(PORTAL_LABELS[portal])) for portal in Portal]
_KEPT = spoken_later(Text("Lưu vào lịch sử của tài khoản.", "Kept in the history of the account."))


def _roles_of(portal: Portal) -> list[tuple[str, Any]]:
    return [(role.value, spoken_later(ROLE_LABELS[role])) for role in Role if role in ROLES_OF[portal]]


class FindAccounts(forms.Form):
    """Which accounts to list."""

    words = PlainText(
        label=spoken_later(Text("Họ tên hoặc thư điện tử", "Name or e-mail address")),
        required=False,
        max_length=100,
    )
    portal = forms.ChoiceField(
        label=spoken_later(Text("Cổng", "Portal")), required=False, choices=[_ALL, *_PORTALS]
    )
    role = forms.ChoiceField(
        label=spoken_later(Text("Vai trò", "Role")),
        required=False,
        choices=[_ALL, *((role.value, spoken_later(ROLE_LABELS[role])) for role in Role)],
    )
    state = forms.ChoiceField(
        label=spoken_later(Text("Trạng thái", "State")),
        required=False,
        choices=[
            _ALL,
            *((state.name.value, spoken_later(state.label)) for state in ACCOUNT_MACHINE.states),
        ],
    )

    def wanted(self) -> AccountFilter:
        """Return what was asked for; an address written by hand that makes no sense narrows nothing."""
        given = self.cleaned_data if self.is_valid() else {}
        return AccountFilter(
            words=given.get("words", ""),
            portal=Portal(given["portal"]) if given.get("portal") else None,
            role=Role(given["role"]) if given.get("role") else None,
            state=AccountState(given["state"]) if given.get("state") else None,
        )


class NewAccountForm(forms.Form):
    """Whom to invite, to which portal, with which roles."""

    name = PlainText(label=spoken_later(Text("Họ và tên", "Full name")), max_length=200)
    email = PlainEmail(label=spoken_later(Text("Thư điện tử", "E-mail address")), max_length=254)
    portal = forms.ChoiceField(
        label=spoken_later(Text("Cổng", "Portal")), choices=_PORTALS, widget=dense(forms.RadioSelect)
    )
    staff_roles = forms.MultipleChoiceField(
        label=spoken_later(Text("Vai trò ở cổng cán bộ", "Roles in the staff portal")),
        choices=_roles_of(Portal.STAFF),
        widget=dense(forms.CheckboxSelectMultiple),
        required=False,
    )
    agency_roles = forms.MultipleChoiceField(
        label=spoken_later(Text("Vai trò ở cổng cơ quan, tổ chức", "Roles in the agency portal")),
        choices=_roles_of(Portal.AGENCY),
        widget=dense(forms.CheckboxSelectMultiple),
        required=False,
    )
    body = PlainText(
        label=spoken_later(Text("Mã định danh của cơ quan", "Identifier of the body")),
        help_text=spoken_later(
            Text("Chỉ cho cổng cơ quan, tổ chức; ví dụ H31.25.", "For the agency portal only, as in H31.25.")
        ),
        max_length=60,
        required=False,
    )

    @property
    def chosen_portal(self) -> Portal:
        """Return the portal that was chosen."""
        return Portal(self.cleaned_data["portal"])

    def roles(self) -> frozenset[Role]:
        """Return all roles that were ticked: what does not belong to the portal is refused, not dropped."""
        given = (*self.cleaned_data["staff_roles"], *self.cleaned_data["agency_roles"])
        return frozenset(Role(role) for role in given)


class ActForm(forms.Form):
    """Why an account is acted on, and the version at which it was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = PlainText(
        label=spoken_later(Text("Lý do", "Reason")),
        help_text=_KEPT,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RolesForm(ActForm):
    """The roles that an account shall have."""

    roles = forms.MultipleChoiceField(
        label=spoken_later(Text("Vai trò", "Roles")), widget=dense(forms.CheckboxSelectMultiple)
    )
    field_order = ("version", "roles", "reason")

    def __init__(self, account: AccountEntry, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's
        super().__init__(*given, **named)
        field = self.fields["roles"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = _roles_of(Portal(account.portal))

    def chosen(self) -> frozenset[Role]:
        """Return the roles that were ticked."""
        return frozenset(Role(role) for role in self.cleaned_data["roles"])
