"""Published packs as they are loaded: releases, what expressions read of them, charts."""
