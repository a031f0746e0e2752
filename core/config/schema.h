/* SPDX-License-Identifier: MIT */
/* Which sections and keys there are, as tables: name, type, and where the value goes. */
#ifndef EZ_CONFIG_SCHEMA_H
#define EZ_CONFIG_SCHEMA_H

#include "config/value.h"

/* One key, or with a name that ends in '.' all keys that begin so. */
typedef struct ez_key {
    const char *name;
    ez_value_type type;
    size_t at; /* offset of the value in the section's target */
} ez_key;

typedef struct ez_schema {
    const char *kind;
    const char *name_word; /* what the name is called, "ID" or "ALIAS"; NULL: it has none */
    const ez_key *keys;
    size_t n_keys;
    bool open; /* other keys are options of a plugin, which knows them */
} ez_schema;

/* The targets: [scheduler] fills an ez_scheduler_settings, [defaults] and [task:ID] an
 * execz_task_spec, [executor:ALIAS] an ez_executor_settings, [store:ALIAS] an ez_store_settings. */
#define EZ_UNSAID UINT32_MAX
typedef struct ez_scheduler_settings {
    const char *name;
    const char *timezone;
    const char *const *plugin_path;
    const char *const *function_path;
    uint32_t log_level;     /* EXECZ_LOG_* */
    uint32_t require_lock;  /* 1: yes */
    uint32_t watch_plugins; /* 1: yes; EZ_UNSAID: as the program says */
    const char *state_dir;
    uint32_t history;
    const char *socket;  /* where the program around the scheduler listens; NULL: not said */
    const char *metrics; /* HOST:PORT where it serves metrics; NULL: nowhere */
} ez_scheduler_settings;

typedef struct ez_executor_settings {
    const char *type;
    const char *plugin;
    uint32_t wait_for_plugin; /* 1: yes, it may come later */
} ez_executor_settings;

typedef struct ez_store_settings {
    const char *type;
} ez_store_settings;

/* The schema of section, after its kind and name were checked; NULL if there is none or the name is
 * wrong, which is reported. */
const ez_schema *ez_schema_of(const ez_reading *reading, const ez_section *section);

/* Reads all keys of section into target; every problem is reported, what is wrong keeps the value
 * it had. */
void ez_schema_read(const ez_schema *self, const ez_reading *reading, const ez_section *section,
                    void *target);

/* Is key one of the schema's own, not an option of a plugin? */
bool ez_schema_has(const ez_schema *self, const char *key);

/* The schema of a kind; NULL if there is none. */
const ez_schema *ez_schema_find(const char *kind);

#endif
