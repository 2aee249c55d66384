// Holds the precompiled header (precompiled.hpp).
