"""Every write to projects and their parts, a module for each subject."""

from projects.services.carry_over import project_carry_over
from projects.services.parts import part_amend, part_archive, part_create, part_restore
from projects.services.project import project_amend, project_archive, project_create, project_restore
from projects.services.states import project_share, project_start
from projects.services.updates import update_return, update_submit

__all__ = [
    "part_amend",
    "part_archive",
    "part_create",
    "part_restore",
    "project_amend",
    "project_archive",
    "project_carry_over",
    "project_create",
    "project_restore",
    "project_share",
    "project_start",
    "update_return",
    "update_submit",
]
