#pragma once
// Compiled once and used by all targets (cmake/DaybookTargets.cmake). Nothing includes it: a source includes what it uses.

#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <capnp/schema.h>
#include <capnp/serialize.h>

#include <algorithm>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/wire.capnp.h"
