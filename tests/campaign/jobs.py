"""All jobs of the campaign."""

from __future__ import annotations

from tests.campaign.bulk import LoadAll, SmallLoadAll, SmallUpload, Upload
from tests.campaign.case import Case
from tests.campaign.cell_reads import CellRead
from tests.campaign.direct import Cells, Items
from tests.campaign.downloads import Download, Export
from tests.campaign.list_changes import ListDelete, ListSync, ListUpdate

JOBS: tuple[type[Case], ...] = (
    Upload,
    SmallUpload,
    LoadAll,
    SmallLoadAll,
    Export,
    Download,
    Items,
    ListUpdate,
    ListDelete,
    ListSync,
    Cells,
    CellRead,
)
