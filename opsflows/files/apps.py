from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "opsflows.files"
    label = "files"
    verbose_name = "Files"
