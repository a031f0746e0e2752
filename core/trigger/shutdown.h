/* SPDX-License-Identifier: MIT */
/* The trigger `shutdown`, which fires when the scheduler shuts down and at no time before. */
#ifndef EZ_TRIGGER_SHUTDOWN_H
#define EZ_TRIGGER_SHUTDOWN_H

#include "trigger/kind.h"

extern const ez_trigger_kind ez_shutdown_kind;

#endif
