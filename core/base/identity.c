/* SPDX-License-Identifier: MIT */
#include "base/identity.h"

_Thread_local char ez_identity_mark __attribute__((tls_model("initial-exec")));
