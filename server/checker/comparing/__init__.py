"""What differs between two versions of a pack, in words; read where hostile files do no harm."""
