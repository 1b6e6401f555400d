from typing import Any

import pytest

from tests.experts.asking import Asking


@pytest.fixture
def asking(stage: Any) -> Asking:
    return Asking(stage)
