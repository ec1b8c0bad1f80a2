"""The named points of a pass at which a test can act."""

from __future__ import annotations

ANY = ("after-journal", "before-look", "before-base")
OF_A_MOVE = ("before-move", "after-move")
OF_AN_EXCHANGE = ("before-exchange", "after-exchange")
POINTS = (*ANY, *OF_A_MOVE, *OF_AN_EXCHANGE)
