"""Writes access_matrix.txt as the pages answer now: `python -m tests.control.renew_matrix`."""

from tests.conftest import WHEEL, Clusters
from tests.control.conftest import pointed_at
from tests.control.matrix import AGREED, matrix_of
from tests.control.portal import Portals

clusters = Clusters()
try:
    database = clusters.fresh(WHEEL, clusters.template(WHEEL))
    with pointed_at(database):
        AGREED.write_text("\n".join(matrix_of(Portals(database))) + "\n", encoding="utf-8")
finally:
    clusters.stop()
