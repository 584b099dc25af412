"""Our own code with one guarantee taken away, to see that a test notices.

``python -m mutants NAME -- orders consume`` (with ``tests`` on the path) starts a role, or anything else that Python
runs as a module, with one statement or function of the real code replaced; so do all Python processes it starts in
turn. Nothing of the product knows of it, and nothing is written into the checkout.
"""
