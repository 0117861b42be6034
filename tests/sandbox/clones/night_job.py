"""A job as it runs at night: it knows its tenant by the environment and the profile only."""

from __future__ import annotations

import anaplan_frames as af
from anaplan_frames.demo import sample


def main() -> None:
    """Load the demo's data, and print what happened and what is there then."""
    with af.connect() as connection:
        model = connection.model()
        for name, target in (
            ("airlines", "Load airlines"),
            ("airports", "Load airports"),
            ("flights", "Load flights"),
        ):
            result = af.to_anaplan(sample(name), target, model, on_rejected="ignore")  # type: ignore[arg-type]
            print(target, result.outcome, result.rows_loaded, result.rows_rejected)
        exported = af.read_anaplan("Flights export", model)
        print(len(exported), exported["flights"].sum(), sorted(exported["Airlines"].unique()))


if __name__ == "__main__":
    main()
