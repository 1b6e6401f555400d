"""Which scopes a partner system may ask for: those that its administrator gave it."""

from typing import Any

from oauth2_provider.scopes import SettingsScopes


class ClientScopes(SettingsScopes):
    def get_available_scopes(self, application: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        return list(application.scopes) if application else super().get_available_scopes()

    def get_default_scopes(self, application: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        """A token that asks for nothing gets all of the client's, but no right to decide."""
        return [scope for scope in self.get_available_scopes(application) if scope != "approvals:decide"]
