"""Letter templates: what they may say, what they become, how they read and how they print.

A template of a pack is code of a stranger. It is read within limits (``package``), its language is
closed (``language``), and it is filled in a killable child only (``rendering``, SECURITY PK-5).
"""
