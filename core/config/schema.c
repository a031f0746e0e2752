/* SPDX-License-Identifier: MIT */
#include "config/schema.h"

#include "base/parse.h"

#include <execz/task.h>

#include <string.h>

/* Values that fill two fields. */
EXECZ_STATIC_ASSERT(offsetof(execz_task_spec, overlap_limit) ==
                        offsetof(execz_task_spec, overlap) + sizeof(uint32_t),
                    "overlap and its limit");
EXECZ_STATIC_ASSERT(offsetof(execz_task_spec, n_retry_never) ==
                        offsetof(execz_task_spec, retry_never) + sizeof(const int32_t *),
                    "statuses and their number");

#define AT(type, field) offsetof(type, field)
#define TASK(field) offsetof(execz_task_spec, field)

static const ez_key scheduler_keys[] = {
    {"name", EZ_VALUE_WORD, AT(ez_scheduler_settings, name)},
    {"timezone", EZ_VALUE_TIMEZONE, AT(ez_scheduler_settings, timezone)},
    {"plugin_path", EZ_VALUE_PATHS, AT(ez_scheduler_settings, plugin_path)},
    {"function_path", EZ_VALUE_PATHS, AT(ez_scheduler_settings, function_path)},
    {"log_level", EZ_VALUE_LOG_LEVEL, AT(ez_scheduler_settings, log_level)},
    {"require_lock", EZ_VALUE_YES, AT(ez_scheduler_settings, require_lock)},
    {"watch_plugins", EZ_VALUE_YES, AT(ez_scheduler_settings, watch_plugins)},
    {"state_dir", EZ_VALUE_PATH, AT(ez_scheduler_settings, state_dir)},
    {"history", EZ_VALUE_COUNT, AT(ez_scheduler_settings, history)},
    {"socket", EZ_VALUE_PATH, AT(ez_scheduler_settings, socket)},
    {"metrics", EZ_VALUE_ADDRESS, AT(ez_scheduler_settings, metrics)},
};

/* What [defaults] can say for all tasks, and each for itself. */
/* clang-format off */
#define POLICY_KEYS                                                                                \
    {"executor", EZ_VALUE_WORD, TASK(executor)},                                                   \
    {"misfire_grace_time", EZ_VALUE_GRACE, TASK(misfire_grace_time)},                              \
    {"mistrigger_grace_time", EZ_VALUE_GRACE, TASK(misfire_grace_time)},                           \
    {"coalesce", EZ_VALUE_COALESCE, TASK(coalesce)},                                               \
    {"max_instances", EZ_VALUE_COUNT, TASK(max_instances)},                                        \
    {"overlap", EZ_VALUE_OVERLAP, TASK(overlap)},                                                  \
    {"delivery", EZ_VALUE_DELIVERY, TASK(delivery)},                                               \
    {"jitter", EZ_VALUE_ELSEWHERE, 0},                                                             \
    {"max_attempts", EZ_VALUE_ATTEMPTS, TASK(max_attempts)},                                       \
    {"retry_on", EZ_VALUE_OUTCOMES, TASK(retry_on)},                                               \
    {"retry_never", EZ_VALUE_STATUSES, TASK(retry_never)},                                         \
    {"retry_delay", EZ_VALUE_DURATION, TASK(retry_delay)},                                         \
    {"retry_factor", EZ_VALUE_FACTOR, TASK(retry_factor)},                                         \
    {"retry_max_delay", EZ_VALUE_DURATION, TASK(retry_max_delay)},                                 \
    {"retry_jitter", EZ_VALUE_SHARE, TASK(retry_jitter)},                                          \
    {"timeout", EZ_VALUE_TIMEOUT, TASK(timeout)},                                                  \
    {"kill_grace", EZ_VALUE_DURATION, TASK(kill_grace)},                                           \
    {"output_limit", EZ_VALUE_SIZE, TASK(output_limit)}
/* clang-format on */

static const ez_key defaults_keys[] = {POLICY_KEYS};

static const ez_key executor_keys[] = {
    {"type", EZ_VALUE_WORD, AT(ez_executor_settings, type)},
    {"plugin", EZ_VALUE_PATH, AT(ez_executor_settings, plugin)},
    {"wait_for_plugin", EZ_VALUE_YES, AT(ez_executor_settings, wait_for_plugin)},
};

static const ez_key store_keys[] = {
    {"type", EZ_VALUE_WORD, AT(ez_store_settings, type)},
};

static const ez_key task_keys[] = {
    {"function", EZ_VALUE_FUNCTION, TASK(function)},
    {"command", EZ_VALUE_COMMAND, TASK(argv)},
    {"shell", EZ_VALUE_TEXT, TASK(shell)},
    {"trigger", EZ_VALUE_ELSEWHERE, 0},
    {"every", EZ_VALUE_ELSEWHERE, 0},
    {"at", EZ_VALUE_ELSEWHERE, 0},
    {"cron", EZ_VALUE_ELSEWHERE, 0},
    {"name", EZ_VALUE_TEXT, TASK(name)},
    {"args", EZ_VALUE_ARGS, TASK(args)},
    {"env.", EZ_VALUE_ELSEWHERE, 0},
    {"cwd", EZ_VALUE_PATH, TASK(cwd)},
    {"timezone", EZ_VALUE_TIMEZONE, TASK(timezone)},
    POLICY_KEYS,
    {"priority", EZ_VALUE_PRIORITY, TASK(priority)},
    {"option.", EZ_VALUE_ELSEWHERE, 0},
};

#define KEYS(table) table, G_N_ELEMENTS(table)

static const ez_schema schemas[] = {
    {"scheduler", NULL, KEYS(scheduler_keys), false},
    {"defaults", NULL, KEYS(defaults_keys), false},
    {"executor", "ALIAS", KEYS(executor_keys), true},
    {"store", "ALIAS", KEYS(store_keys), true},
    {"task", "ID", KEYS(task_keys), false},
};

const ez_schema *
ez_schema_find(const char *kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(schemas); i++) {
        if (strcmp(schemas[i].kind, kind) == 0) {
            return &schemas[i];
        }
    }
    return NULL;
}

/* ---- sections ------------------------------------------------------------------------------- */

static void
report_unknown_section(const ez_reading *reading, const ez_section *section)
{
    const char *kinds[G_N_ELEMENTS(schemas)];
    g_autofree char *title = ez_section_title(section);
    const char *near;

    for (size_t i = 0; i < G_N_ELEMENTS(schemas); i++) {
        kinds[i] = schemas[i].kind;
    }
    near = ez_nearest(section->kind, kinds, G_N_ELEMENTS(kinds));
    ez_config_problem(reading->report, section->place, EZ_C_UNKNOWN_SECTION,
                      "there is no section %s%s%s%s; known: [scheduler], [defaults], "
                      "[executor:ALIAS], [store:ALIAS], [task:ID]",
                      title, near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                      near == NULL ? "" : "\"?");
}

/* The first character that an id must not have; NULL if all are allowed. */
static const char *
bad_character(const char *id)
{
    for (const char *at = id; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && strchr("._-:", *at) == NULL) {
            return at;
        }
    }
    return NULL;
}

static bool
check_id(const ez_reading *reading, const ez_section *section)
{
    const char *bad = bad_character(section->name);

    if (strlen(section->name) > EXECZ_TASK_ID_MAX) {
        ez_config_problem(reading->report, section->place, EZ_C_BAD_ID,
                          "the name of this %s has %zu bytes; the limit is %d", section->kind,
                          strlen(section->name), EXECZ_TASK_ID_MAX);
    } else if (bad != NULL) {
        ez_config_problem(reading->report, section->place, EZ_C_BAD_ID,
                          "'%.*s' cannot be in the name of %s '%s'; letters, digits and ._-: can",
                          (int)(g_utf8_next_char(bad) - bad), bad, section->kind, section->name);
    }
    return bad == NULL && strlen(section->name) <= EXECZ_TASK_ID_MAX;
}

const ez_schema *
ez_schema_of(const ez_reading *reading, const ez_section *section)
{
    const ez_schema *schema = ez_schema_find(section->kind);

    if (schema == NULL) {
        report_unknown_section(reading, section);
        return NULL;
    }
    if (schema->name_word != NULL && section->name == NULL) {
        ez_config_problem(reading->report, section->place, EZ_C_SECTION_NAME,
                          "[%s] needs a name; write [%s:%s]", section->kind, section->kind,
                          schema->name_word);
        return NULL;
    }
    if (schema->name_word == NULL && section->name != NULL) {
        ez_config_problem(reading->report, section->place, EZ_C_SECTION_NAME,
                          "[%s] has no name; write it without ':%s'", section->kind, section->name);
        return NULL;
    }
    return section->name == NULL || check_id(reading, section) ? schema : NULL;
}

/* ---- keys ----------------------------------------------------------------------------------- */

static const ez_key *
find_key(const ez_schema *self, const char *name)
{
    for (size_t i = 0; i < self->n_keys; i++) {
        size_t length = strlen(self->keys[i].name);
        bool prefix = self->keys[i].name[length - 1] == '.';

        if (strcmp(self->keys[i].name, name) == 0 ||
            (prefix && strncmp(self->keys[i].name, name, length) == 0)) {
            return &self->keys[i];
        }
    }
    return NULL;
}

bool
ez_schema_has(const ez_schema *self, const char *key)
{
    return find_key(self, key) != NULL;
}

/* All keys as a list for people, "env." as "env.NAME". */
static char *
list_keys(const ez_schema *self)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < self->n_keys; i++) {
        const char *name = self->keys[i].name;

        if (strcmp(name, "mistrigger_grace_time") != 0) {
            g_string_append_printf(text, "%s%s%s", i == 0 ? "" : ", ", name,
                                   g_str_has_suffix(name, ".") ? "NAME" : "");
        }
    }
    return g_string_free(text, FALSE);
}

/* The known key that was meant; NULL if none is near. */
static char *
nearest_key(const ez_schema *self, const char *key)
{
    g_autofree const char **names = g_new0(const char *, self->n_keys);
    const char *dot = strchr(key, '.');
    g_autofree char *first = dot == NULL ? g_strdup(key) : g_strndup(key, (gsize)(dot + 1 - key));
    const char *near;

    for (size_t i = 0; i < self->n_keys; i++) {
        names[i] = self->keys[i].name;
    }
    near = ez_nearest(first, names, self->n_keys);
    if (near == NULL) {
        return NULL;
    }
    return g_strconcat(near,
                       !g_str_has_suffix(near, ".") ? ""
                       : dot != NULL                ? dot + 1
                                                    : "NAME",
                       NULL);
}

static void
report_unknown_key(const ez_schema *self, const ez_reading *reading, const ez_section *section,
                   const ez_ini_entry *entry)
{
    g_autofree char *title = ez_section_title(section);
    g_autofree char *near = nearest_key(self, entry->setting.key);
    g_autofree char *known = list_keys(self);

    if (near != NULL) {
        ez_config_problem(reading->report, entry->setting.key_place, EZ_C_UNKNOWN_KEY,
                          "%s has no key '%s'; did you mean \"%s\"?", title, entry->setting.key,
                          near);
    } else if (strchr(entry->setting.key, '.') != NULL && section->header.file == NULL) {
        ez_config_problem(reading->report, entry->setting.key_place, EZ_C_UNKNOWN_KEY,
                          "%s has no key '%s'; a name with dots is quoted: %ss.\"NAME\".KEY", title,
                          entry->setting.key, section->kind);
    } else {
        ez_config_problem(reading->report, entry->setting.key_place, EZ_C_UNKNOWN_KEY,
                          "%s has no key '%s'; known: %s", title, entry->setting.key, known);
    }
}

/* Both spellings of one key in one section. */
static void
check_spellings(const ez_reading *reading, const ez_section *section)
{
    const ez_ini_entry *ours = ez_section_find(section, "misfire_grace_time");
    const ez_ini_entry *theirs = ez_section_find(section, "mistrigger_grace_time");

    if (ours != NULL && theirs != NULL) {
        g_autofree char *place = ez_place_format(ours->setting.key_place);

        ez_config_problem(reading->report, theirs->setting.key_place, EZ_C_CONFLICTING_KEYS,
                          "'mistrigger_grace_time' is another spelling of 'misfire_grace_time' at "
                          "%s: keep one",
                          place);
    }
}

void
ez_schema_read(const ez_schema *self, const ez_reading *reading, const ez_section *section,
               void *target)
{
    for (guint i = 0; i < section->entries->len; i++) {
        const ez_ini_entry *entry = section->entries->pdata[i];
        const ez_key *key = find_key(self, entry->setting.key);

        if (key != NULL) {
            ez_value_read(reading, entry, key->type, (char *)target + key->at);
        } else if (!self->open) {
            report_unknown_key(self, reading, section, entry);
        }
    }
    if (ez_schema_has(self, "misfire_grace_time")) {
        check_spellings(reading, section);
    }
}
