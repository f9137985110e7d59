from django.db import models


class Load(models.Model):
    """One kind of starter content as it was last brought into this database, whole."""

    name = models.CharField(primary_key=True, max_length=20)
    digest = models.CharField("of the files and the code it was loaded with", max_length=64)
    rows = models.PositiveIntegerField("that its tables held then")
    loaded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name
