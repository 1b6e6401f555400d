"""What experts are found by. It is derived from their profiles and can be made anew at any time."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Lookup

from experts.models.expert import Expert


class TokensField(SearchVectorField):
    """A set of tokens of letters and digits: a `tsvector` whose words no dictionary has touched."""

    def get_prep_value(self, value: Collection[str] | None) -> str | None:
        return None if value is None else " ".join(sorted(value))


@TokensField.register_lookup
class Holds(Lookup):
    """`document__holds="a & (b | c)"`: the tokens fulfil a `tsquery`, which the index answers."""

    lookup_name = "holds"

    def get_prep_lookup(self) -> Any:
        return self.rhs if hasattr(self.rhs, "resolve_expression") else str(self.rhs)

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [value]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} @@ {right}::tsquery", [*left_values, *right_values]


class SearchEntry(models.Model):
    """One expert as search sees them: tokens of fields, words, names, languages (`search.index`).

    `own_document` holds everything, for the city that vouches for the expert; `shared_document` what
    the other sides may find them by, and is null where they may not. Whether they may today is
    asked of the expert itself.
    """

    expert = models.OneToOneField(Expert, models.CASCADE, primary_key=True, related_name="search_entry")
    own_document = TokensField()
    shared_document = TokensField(null=True)
    field_ids = ArrayField(models.UUIDField(), default=list)
    languages = ArrayField(models.CharField(max_length=3), default=list)

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["own_document"], name="experts_search_own"),
            GinIndex(fields=["shared_document"], name="experts_search_shared"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class NameWord(models.Model):
    """A word of an expert's name as all its spellings have it, by which a typing error is known.

    It goes with the entry.
    """

    entry = models.ForeignKey(SearchEntry, models.CASCADE, related_name="name_words", db_index=False)
    word = models.CharField(max_length=150)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "word"], name="experts_nameword_unique")
        ]
        indexes: ClassVar = [models.Index(fields=["word"], name="experts_nameword_word")]

    def __str__(self) -> str:
        return self.word
