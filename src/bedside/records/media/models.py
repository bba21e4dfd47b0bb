"""Tables of pictures. What one shows is sealed like all else: under the person's key if it shows a patient, so that
erasing the person erases it in old backups too, and under the practice's otherwise."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class PictureRow(models.Model):
    """One picture. `sealed` holds its name and description and is emptied when it is taken out for good.

    `sealed_under` is "practice" or "person"; then `patient_id` says whose key it is.
    """

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    people = models.CharField(max_length=10)
    patient_id = models.UUIDField(null=True)
    authorization_id = models.UUIDField(null=True)
    decorative = models.BooleanField()
    sealed_under = models.CharField(max_length=10)
    sealed = models.BinaryField(null=True)
    version = models.PositiveIntegerField(default=1)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)
    archived_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "media_picture"
        indexes: ClassVar = [
            models.Index(fields=["practice", "-added_at"], name="picture_newest"),
            models.Index(
                fields=["practice", "patient_id"],
                name="picture_of_patient",
                condition=models.Q(patient_id__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            # MKT-19 in the database itself: whoever is shown has signed something.
            models.CheckConstraint(
                condition=(
                    models.Q(people="patient", patient_id__isnull=False, authorization_id__isnull=False)
                    & models.Q(sealed_under="person")
                )
                | (
                    models.Q(
                        people__in=["nobody", "staff"], patient_id__isnull=True, authorization_id__isnull=True
                    )
                    & models.Q(sealed_under="practice")
                ),
                name="patients_shown_have_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(sealed__isnull=False, removed_at__isnull=True)
                | models.Q(sealed__isnull=True, removed_at__isnull=False),
                name="only_removed_pictures_are_empty",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class RenditionRow(models.Model):
    """One size of a picture, sealed as the picture is. `at_most` is 600 or 1200."""

    id = models.UUIDField(primary_key=True)
    practice = models.ForeignKey("practices.Practice", on_delete=models.PROTECT)
    picture = models.ForeignKey(PictureRow, on_delete=models.PROTECT)
    at_most = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    media_type = models.CharField(max_length=20)
    sealed_under = models.CharField(max_length=10)
    sealed = models.BinaryField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "media_rendition"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["picture", "at_most"], name="one_rendition_per_width")
        ]

    def __str__(self) -> str:
        return f"{self.picture_id} {self.at_most}"
