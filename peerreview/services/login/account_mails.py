"""The mails that tell of an account: what has been done with it that its owner should know of, whoever did it. They go
at once and cannot be turned off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...errors import N_
from ...rendering.mails import MailWords
from ...store.people.people import Person
from ..base.house import House
from ..mail.put_in_outbox import ADDRESS, OLD_ADDRESS, TOLD, enqueue

_ASK_LEAD = N_("Was it not you? Tell the project lead at once: answer this mail.")
_CHANGED = N_("Your address has been changed")


@dataclass(frozen=True)
class AccountMails:
    """Each method puts a mail into the outbox, in the caller's transaction."""

    session: Session
    house: House
    now: datetime
    real_now: datetime

    @property
    def _network(self) -> str:
        return self.house.settings.network_name

    def new_password(self, person: Person, *, by_command: bool = False) -> None:
        why = (
            N_("Whoever runs %(network)s has given your account a new password.", network=self._network)
            if by_command
            else N_("Your account in %(network)s has a new password.", network=self._network)
        )
        words = MailWords(
            subject=N_("Your password has been changed"),
            why=why,
            ask=(
                N_("You are logged out in all other places, and your calendar’s address no longer works."),
                N_("If it was you, you need not do anything more."),
            ),
            link="/reset",
            button=N_("Ask for a new password"),
            next=(
                N_(
                    "Was it not you? Ask for a new password at once: that shuts others out. "
                    "Then tell the project lead, by answering this mail."
                ),
            ),
        )
        self._send(person, TOLD, words)

    def account_ready(self, person: Person) -> None:
        """That the invitation has been taken: if it was somebody else, whoever it was meant for notices."""
        words = MailWords(
            subject=N_("Your account is ready"),
            why=N_(
                "Somebody, probably you, has taken the invitation to %(network)s and chosen a password.",
                network=self._network,
            ),
            ask=(N_("You log in with the address %(email)s.", email=person.email),),
            link="/login",
            button=N_("Log in"),
            next=(_ASK_LEAD,),
        )
        self._send(person, TOLD, words)

    def reopened(self, person: Person, *, by: str) -> None:
        words = MailWords(
            subject=N_("Your account is open again"),
            why=N_("%(who)s has opened your account in %(network)s again.", who=by, network=self._network),
            ask=(
                N_(
                    "You log in with the address %(email)s and the password that you had.", email=person.email
                ),
            ),
            link="/login",
            button=N_("Log in"),
            next=(
                N_("Have you forgotten the password? Ask for a new one on the page where you log in."),
                N_("If you do not know why the account was opened, answer this mail and ask."),
            ),
        )
        self._send(person, TOLD, words)

    # ---- a new address

    def prove_address(self, person: Person, *, email: str, token: str, by: str, until: datetime) -> None:
        """To the new address: whoever reads mail there says so, and shows that the account is theirs."""
        gaps: dict[str, Any] = {"name": person.name, "network": self._network}
        words = MailWords(
            subject=N_("Confirm your new e-mail address"),
            why=(
                N_("%(who)s has written this as the new address of %(name)s in %(network)s.", who=by, **gaps)
                if by
                else N_("This has been written as the new address of %(name)s in %(network)s.", **gaps)
            ),
            ask=(
                N_("Confirm the address with the link, if you are %(name)s.", name=person.name),
                N_("Until then you log in with your earlier address, and your mail goes there."),
            ),
            link=f"/address/{token}",
            button=N_("Confirm the address"),
            next=(
                N_("The link works until %(until)s.", until=until),
                N_(
                    "Are you not %(name)s? Then you need not do anything: nothing is changed.",
                    name=person.name,
                ),
            ),
        )
        self._send(person, ADDRESS, words, to=email)

    def address_asked(self, person: Person, *, email: str, token: str, by: str) -> None:
        """To the present address: what is about to happen, and how to stop it."""
        network = self._network
        words = MailWords(
            subject=N_("Your address is about to be changed"),
            why=(
                N_(
                    "%(who)s has written a new address for your account in %(network)s.",
                    who=by,
                    network=network,
                )
                if by
                else N_(
                    "Somebody who knows your password, probably you, has asked for a new address for your account "
                    "in %(network)s.",
                    network=network,
                )
            ),
            ask=(
                N_(
                    "The new address is %(email)s. It counts as soon as it has been confirmed from there.",
                    email=email,
                ),
                N_("If it is right, you need not do anything here."),
            ),
            link=f"/address/stop/{token}",
            button=N_("Stop the change"),
            next=(N_("Is the address wrong, or was it not you? Stop the change with the button."),),
        )
        self._send(person, OLD_ADDRESS, words, to=person.email)

    def address_changed(self, person: Person, *, old: str, token: str) -> None:
        """To both addresses: the old one can still take it back."""
        why = N_("Your account in %(network)s has a new address.", network=self._network)
        here = MailWords(
            subject=_CHANGED,
            why=why,
            ask=(
                N_(
                    "It is %(new)s; before it was %(old)s. You log in with the new one, and your mail goes there.",
                    old=old,
                    new=person.email,
                ),
            ),
            link="/me",
            button=N_("My settings"),
            next=(_ASK_LEAD,),
        )
        there = MailWords(
            subject=_CHANGED,
            why=why,
            ask=(
                N_("It is %(new)s. No more mail comes to this one, %(old)s.", old=old, new=person.email),
                N_("If it was you, you need not do anything."),
            ),
            link=f"/address/stop/{token}",
            button=N_("It was not me"),
            next=(
                N_(
                    "With the button the account gets this address back, everybody is logged out, "
                    "and you choose a new password."
                ),
            ),
        )
        self._send(person, TOLD, here)
        self._send(person, OLD_ADDRESS, there, to=old)

    def objection(self, lead: Person, person: Person, *, email: str, was_changed: bool) -> None:
        """To a project lead: that somebody has objected to a new address."""
        happened = (
            N_("The earlier address counts again, everybody is logged out, and the password no longer works.")
            if was_changed
            else N_("The earlier address still counts.")
        )
        words = MailWords(
            subject=N_("Objection to a new address: %(name)s", name=person.name),
            why=N_(
                "Somebody who reads mail at the earlier address of %(name)s has objected to the new one, %(email)s.",
                name=person.name,
                email=email,
            ),
            ask=(happened, N_("Ask %(name)s what is right, by telephone for instance.", name=person.name)),
            link=f"/lead/people/{person.id}",
            button=N_("To the person"),
        )
        self._send(lead, TOLD, words)

    def address_taken_back(self, person: Person, *, lost: str) -> None:
        """To the address that the account had for a while."""
        words = MailWords(
            subject=N_("The change of address has been taken back"),
            why=N_(
                "The account of %(name)s in %(network)s had this address for a while.",
                name=person.name,
                network=self._network,
            ),
            ask=(
                N_(
                    "From the earlier address it was said that the change was wrong. The earlier one counts again."
                ),
            ),
            next=(N_("If you are %(name)s, talk to the project lead: answer this mail.", name=person.name),),
        )
        self._send(person, OLD_ADDRESS, words, to=lost)

    def invitation_went_wrong(self, person: Person, *, old: str) -> None:
        """To an address that an invitation went to by mistake."""
        words = MailWords(
            subject=N_("An invitation that was not meant for you"),
            why=N_(
                "An invitation to %(network)s was sent to this address by mistake.", network=self._network
            ),
            ask=(N_("Its link no longer works, and you need not do anything."),),
        )
        self._send(person, OLD_ADDRESS, words, to=old)

    def _send(self, person: Person, kind: str, words: MailWords, *, to: str = "") -> None:
        enqueue(
            self.session,
            self.house,
            person=person,
            to=to,
            kind=kind,
            words=words,
            review_id=None,
            now=self.now,
            real_now=self.real_now,
        )
