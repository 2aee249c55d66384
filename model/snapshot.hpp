#pragma once
// A stream's state as bytes, and its digest.
//
//   snapshot = u32 model version ‖ u32 number of parts ‖ per part { u32 part's ordinal ‖ u32 words ‖ canonical State }
//   digest   = SHA-256( u32 model version ‖ per part { u32 part's ordinal ‖ SHA-256(canonical State) } )
//
// Parts stand in the order of their ordinals; one whose state is that of a new stream is left out. Likewise save() of a
// part leaves a field null that has its default. So neither a new part nor a new field changes the digest of old states.
//
// Numbers are little-endian; ordinals are those of `Event` in schema/parts.capnp. Facts only: texts are commitments.

#include <expected>
#include <string>
#include <vector>

#include "model/project.hpp"
#include "model/record/event_batch.hpp"
#include "model/workspace.hpp"

namespace daybook::model {

// Raised when a fold of old events would give another digest.
inline constexpr std::uint32_t kModelVersion = 2;

[[nodiscard]] record::Hash digest(const Project& project);
[[nodiscard]] record::Hash digest(const Workspace& workspace);

[[nodiscard]] record::AlignedBytes encode_snapshot(const Project& project);
[[nodiscard]] record::AlignedBytes encode_snapshot(const Workspace& workspace);

enum class SnapshotFault {
  malformed,
  other_model,  // not as this build would write it: of another model version, with a part or field that it does not know,
                // in another order: fold the events instead
};

// The state as of `version`. `bytes` may be foreign; 8-aligned. Never throws on them. What is decoded is encoded as the
// same bytes.
[[nodiscard]] std::expected<Project, SnapshotFault> decode_project(record::Bytes bytes, Id id,
                                                                   Version version,
                                                                   Timestamp recorded_at);
[[nodiscard]] std::expected<Workspace, SnapshotFault> decode_workspace(record::Bytes bytes,
                                                                       Version version,
                                                                       Timestamp recorded_at);

// Every text that a state refers to.
[[nodiscard]] std::vector<Text> texts_of(const Project& project);
[[nodiscard]] std::vector<Text> texts_of(const Workspace& workspace);

}  // namespace daybook::model
