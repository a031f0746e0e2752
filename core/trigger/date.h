/* SPDX-License-Identifier: MIT */
/* date(2027-01-01T09:00:00, timezone=Asia/Kolkata): fires once. */
#ifndef EZ_TRIGGER_DATE_H
#define EZ_TRIGGER_DATE_H

#include "trigger/kind.h"

extern const ez_trigger_kind ez_date_kind;

/* Fires at run_at and never again; takes what scope holds. */
ez_trigger *ez_date_new(ez_scope *scope, ez_moment run_at);

#endif
