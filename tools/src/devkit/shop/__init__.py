"""A shop to play with: people, goods in stock, carriers with numbers; loaded over the gateway like anybody would."""

from devkit.shop.load import load_once
from devkit.shop.wares import logins

__all__ = ["load_once", "logins"]
