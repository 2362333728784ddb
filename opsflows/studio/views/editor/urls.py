"""The addresses of this part of the studio."""

from django.urls import URLPattern, path

from opsflows.studio.views.editor.acts import copy, move, switch
from opsflows.studio.views.editor.add import add
from opsflows.studio.views.editor.conditions import conditions
from opsflows.studio.views.editor.delete import delete
from opsflows.studio.views.editor.edit import edit
from opsflows.studio.views.editor.join import join_page
from opsflows.studio.views.editor.menu import menu
from opsflows.studio.views.editor.move_to import move_to_page
from opsflows.studio.views.editor.new import new
from opsflows.studio.views.editor.step import step
from opsflows.studio.views.editor.trigger import trigger
from opsflows.studio.views.editor.undo import undo

_EDIT = "<uuid:workflow_id>/edit/"
_STEP = f"{_EDIT}steps/<str:node_id>/"

urlpatterns: list[URLPattern] = [
    path("new/", new, name="new"),
    path(_EDIT, edit, name="edit"),
    path(f"{_EDIT}trigger/", trigger, name="trigger"),
    path(f"{_EDIT}conditions/", conditions, name="conditions"),
    path(f"{_EDIT}add/", add, name="add"),
    path(f"{_EDIT}join/", join_page, name="join"),
    path(f"{_EDIT}undo/", undo, name="undo"),
    path(_STEP, step, name="step"),
    path(f"{_STEP}move/<str:direction>/", move, name="move"),
    path(f"{_STEP}move/", move_to_page, name="move-to"),
    path(f"{_STEP}more/", menu, name="menu"),
    path(f"{_STEP}copy/", copy, name="copy"),
    path(f"{_STEP}switch/", switch, name="switch"),
    path(f"{_STEP}delete/", delete, name="delete"),
]
