/* SPDX-License-Identifier: MIT */
/* cron(day_of_week=mon-fri, hour=2): fires when the wall clock shows what all fields name. */
#ifndef EZ_TRIGGER_CRON_H
#define EZ_TRIGGER_CRON_H

#include "trigger/kind.h"

extern const ez_trigger_kind ez_cron_kind;

#endif
