/* SPDX-License-Identifier: MIT */
/* crontab("30 2 * * 1-5"): the same as cron, as people have always written it. */
#ifndef EZ_TRIGGER_CRONTAB_H
#define EZ_TRIGGER_CRONTAB_H

#include "trigger/kind.h"

extern const ez_trigger_kind ez_crontab_kind;

/* Makes a trigger of the five to seven fields of text with the usual policy; takes what scope
 * holds.  The column of text itself is build->column. */
execz_status ez_crontab_new(ez_build *build, const char *text, ez_scope *scope,
                            ez_trigger **trigger_out);

#endif
