"""A shop to play with: people, goods in stock, carriers with numbers; loaded over the gateway like anybody would."""

from devkit.shop.load import is_loaded, load_once
from devkit.shop.wares import logins

__all__ = ["is_loaded", "load_once", "logins"]
