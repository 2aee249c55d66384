# "Every act ends": here a client that loses its connection forgets to send again what it had sent.
set(SOURCE client-sdk/src/pending.cpp)
set(FIND [[      } else {
        set_phase(at, Phase::queued);
      }
    }
    at = next;
]])
set(REPLACE [[      } else if (at->second.phase == Phase::delayed) {
        set_phase(at, Phase::queued);
      }
    }
    at = next;
]])
