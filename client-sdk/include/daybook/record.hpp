#pragma once
// For those who check the record themselves, as auditors do: stored events, hashes, texts, and the Merkle tree of RFC 6962
// over the log with its proofs. Pure functions and values; namespace daybook::record.

#include "model/record/event_batch.hpp"
#include "model/record/hash.hpp"
#include "model/record/merkle.hpp"
#include "model/record/stored_event.hpp"
#include "model/record/text.hpp"
#include "model/time.hpp"
