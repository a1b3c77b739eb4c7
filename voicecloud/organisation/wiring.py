"""Builds what knows the organisation, for ``bootstrap``."""

from dataclasses import dataclass

from shared.storage.tables import Tables
from voicecloud.organisation import seed, store
from voicecloud.organisation.service import Directory
from voicecloud.settings.model import VoiceCloudSettings
from voicecloud.wiring import VoiceCloudWiring


@dataclass(eq=False, repr=False, kw_only=True)
class OrganisationWiring(VoiceCloudWiring):
    """``directory``: the organisation as it is configured, already read."""

    directory: Directory


async def loaded(settings: VoiceCloudSettings, tables: Tables) -> Directory:
    """Applies the organisation file, where there is one, and reads the configuration."""
    documents = store.Documents(tables.table(store.TABLE))
    if settings.seed:
        await seed.apply(documents, seed.read(settings.seed))
    directory = Directory(documents)
    await directory.load()
    return directory
