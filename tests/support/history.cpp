#include "tests/support/history.hpp"
