/* SPDX-License-Identifier: MIT */
/* What a task runs: function, command and shell, and the keys that go with one of them only. */
#ifndef EZ_CONFIG_BODY_H
#define EZ_CONFIG_BODY_H

#include "config/value.h"

#include <execz/task.h>

/* Readers of one value, as ez_value_read(). */
bool ez_body_read_function(const ez_reading *reading, const ez_ini_entry *entry, const char **out);
bool ez_body_read_command(const ez_reading *reading, const ez_ini_entry *entry,
                          const char *const **out);
bool ez_body_read_args(const ez_reading *reading, const ez_ini_entry *entry, const char **out);

/* Checks that the task in section has exactly one body, and no key that is for another one. */
void ez_body_check(const ez_reading *reading, const ez_section *section);

/* Checks that no key of section is for the other kind of body than a function, or a command. */
void ez_body_check_keys(const ez_reading *reading, const ez_section *section, bool function);

/* Does the task in section call a function? */
bool ez_body_is_function(const ez_section *section);

/* "NAME=value" for each env.NAME of section; NULL if there is none. */
const char *const *ez_body_read_env(const ez_reading *reading, const ez_section *section);

/* Checks that at most one of keys (n of them) is in section and returns it; NULL if none is. */
const ez_ini_entry *ez_section_only(const ez_reading *reading, const ez_section *section,
                                    const char *const *keys, size_t n);

#endif
