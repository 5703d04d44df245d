"""The forms of an account, in plain words. What they lack nobody can post: superusers and single permissions."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.models import Group, User

from kb.installation import ADMINISTRATOR, CLINICAL_EDITOR, THERAPIST

ABOUT = {
    THERAPIST: "Writes and changes pages, and sends them for review. Nothing of it reaches readers by itself.",
    CLINICAL_EDITOR: "Writes too; and approves what others wrote, releases it to readers, withdraws and merges.",
    ADMINISTRATOR: "Looks after accounts: makes them, gives them roles and new passwords. Sees no pages by this alone.",
}
RULES = "At least 12 characters; not only digits, not like their name, and not one that many people use."
SIGN_IN_NAME = "What they type to sign in. Letters, digits and @ . + - _ only."


def password_fields(first: str) -> tuple[forms.CharField, forms.CharField]:
    """Django's, with what makes a good one in a sentence."""
    one, again = SetPasswordMixin.create_password_fields(label1=first, label2="The same again")
    one.help_text, again.help_text = RULES, ""
    return one, again


class RolesField(forms.ModelMultipleChoiceField):
    def __init__(self) -> None:
        super().__init__(
            Group.objects.order_by("name"), label="Roles", required=False, widget=forms.CheckboxSelectMultiple
        )

    def label_from_instance(self, group: Group) -> str:
        return f"{group.name}: {ABOUT.get(group.name, 'a role of your own clinic.')}"


class PersonForm(forms.ModelForm):
    """Somebody's account as others on the desk see it."""

    full_name = forms.CharField(
        label="Name",
        max_length=150,
        help_text="How colleagues know them.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    groups = RolesField()
    is_active: Any = forms.BooleanField(label="May sign in", required=False)

    class Meta:
        model = User
        fields: tuple[str, ...] = ("full_name", "username", "email", "groups", "is_active")
        labels = {"username": "Sign-in name", "email": "E-mail"}
        help_texts = {"username": SIGN_IN_NAME}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["full_name"] = self.instance.get_full_name()
            self.fields["full_name"].required = False  # accounts made on the server have none

    def _post_clean(self) -> None:
        """The name as it was typed: not every name is a first and a last one."""
        if "full_name" in self.cleaned_data:
            self.instance.first_name, self.instance.last_name = self.cleaned_data["full_name"], ""
        self.instance.is_staff = True  # the desk is all that an account is for
        super()._post_clean()  # type: ignore[misc]  # a private hook that the stubs leave out


class NewPersonForm(SetPasswordMixin, PersonForm):
    """The same, with a first password. Whoever is new may sign in."""

    password1, password2 = password_fields("First password")
    is_active: Any = None

    class Meta(PersonForm.Meta):
        fields: tuple[str, ...] = ("full_name", "username", "email", "groups")

    def clean(self) -> dict[str, Any]:
        self.validate_passwords()
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        self.validate_password_for_user(self.instance)  # may not be like the name, which is known only now

    def save(self, commit: bool = True) -> Any:
        self.instance.set_password(self.cleaned_data["password1"])
        return super().save(commit)


class NewPasswordForm(SetPasswordMixin, forms.Form):
    """A new password for somebody else, held against the same rules as one's own."""

    password1, password2 = password_fields("New password")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        self.validate_passwords()
        self.validate_password_for_user(self.user)
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        return cleaned

    def save(self) -> User:
        user: User = self.set_password_and_save(self.user)
        return user
