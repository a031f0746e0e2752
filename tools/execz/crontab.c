/* SPDX-License-Identifier: MIT */
#include "crontab.h"

#include <execz/trigger.h>

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#define ENV_MAX 1000 /* variables of one crontab; more are refused */

typedef struct reader {
    ez_crontab *to;
    const char *file;
    unsigned line;
    GString *env;    /* keys that each task from here on has */
    char *timezone;  /* of CRON_TZ; NULL: none */
    GHashTable *ids; /* how often a name was used */
    unsigned n_env;
} reader;

static void note(reader *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
note(reader *self, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_string_append_printf(self->to->notes, "%s:%u: %s\n", self->file, self->line, text);
}

static void
refuse(reader *self, const char *why)
{
    self->to->n_refused++;
    note(self, "%s", why);
}

/* ---- variables ------------------------------------------------------------------------------ */

static size_t
length_of_name(const char *line)
{
    size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    return n > 0 && line[n + strspn(line + n, " \t")] == '=' ? n : 0;
}

static void
read_variable(reader *self, const char *line, size_t n)
{
    g_autofree char *name = g_strndup(line, n);
    g_autofree char *value = g_strstrip(g_strdup(strchr(line, '=') + 1));
    size_t length = strlen(value);

    if (length > 1 && strchr("\"'", value[0]) != NULL && value[length - 1] == value[0]) {
        memmove(value, value + 1, length - 2);
        value[length - 2] = '\0';
    }
    if (strcmp(name, "CRON_TZ") == 0) {
        g_free(self->timezone);
        self->timezone = g_steal_pointer(&value);
    } else if (g_str_has_prefix(name, "MAIL")) {
        note(self, "nobody is sent mail; what a run prints is shown by execz logs");
    } else if (strcmp(name, "SHELL") == 0) {
        note(self, "lines are run by /bin/sh, not by %s", value);
    } else if (self->n_env++ == ENV_MAX) {
        refuse(self, "there are too many variables");
    } else {
        g_string_append_printf(self->env, "env.%s = %s\n", name, value);
    }
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* Where the command begins, behind five fields or a word with @; NULL if the line is too short. */
static const char *
find_command(const char *line)
{
    int fields = line[0] == '@' ? 1 : 5;
    const char *at = line;

    for (int i = 0; i < fields; i++) {
        at += strcspn(at, " \t");
        at += strspn(at, " \t");
    }
    return *at == '\0' ? NULL : at;
}

/* An id of the name of the program that the command runs. */
static char *
make_id(reader *self, const char *command)
{
    g_autofree char *word = g_strndup(command, strcspn(command, " \t;|&<>"));
    g_autofree char *name = g_path_get_basename(word);
    unsigned n;

    g_strcanon(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", '-');
    name[MIN(strlen(name), 100)] = '\0';
    n = GPOINTER_TO_UINT(g_hash_table_lookup(self->ids, name)) + 1;
    g_hash_table_insert(self->ids, g_strdup(name), GUINT_TO_POINTER(n));
    return n == 1 ? g_strdup(name) : g_strdup_printf("%s-%u", name, n);
}

/* A crontab's % ends the command, what follows is its input, and each further % a line feed. */
static char *
make_shell(const char *command)
{
    g_autoptr(GString) shell = g_string_new(NULL);
    g_autoptr(GString) input = g_string_new(NULL);
    GString *to = shell;
    bool has_input = false;

    for (const char *at = command; *at != '\0'; at++) {
        if (at[0] == '\\' && at[1] == '%') {
            g_string_append_c(to, *++at);
        } else if (*at == '%') {
            if (has_input) {
                g_string_append(input, "\\n");
            }
            has_input = true;
            to = input;
        } else if (to == input && *at == '\\') {
            g_string_append(input, "\\\\");
        } else {
            g_string_append_c(to, *at);
        }
    }
    if (has_input) {
        g_autofree char *quoted = g_shell_quote(input->str);

        return g_strdup_printf("printf '%%b\\n' %s | { %s; }", quoted, shell->str);
    }
    return g_strdup(shell->str);
}

static void
add_task(reader *self, const char *line, const char *command, const char *when)
{
    g_autofree char *id = make_id(self, command);
    g_autofree char *shell = make_shell(command);
    GString *config = self->to->config;

    g_string_append_printf(config, "\n# line %u: %s\n[task:%s]\n%s\nshell = %s\n", self->line, line,
                           id, when, shell);
    if (self->timezone != NULL) {
        g_string_append_printf(config, "timezone = %s\n", self->timezone);
    }
    g_string_append(config, self->env->str);
    self->to->n_tasks++;
}

static void
read_task(reader *self, const char *line)
{
    const char *command = find_command(line);
    g_autofree char *schedule = NULL;
    g_autofree char *when = NULL;
    execz_error err = EXECZ_ERROR_INIT;
    execz_trigger *trigger;

    if (command == NULL) {
        refuse(self, "this is neither NAME=VALUE nor five fields and a command");
        return;
    }
    schedule = g_strchomp(g_strndup(line, (size_t)(command - line)));
    if (strcmp(schedule, "@reboot") == 0) {
        note(self, "@reboot is taken over as at = now, which is each start of the scheduler");
        add_task(self, line, command, "at = now");
        return;
    }
    trigger = execz_trigger_from_crontab(schedule, NULL, NULL, &err);
    if (trigger == NULL) {
        refuse(self, err.message);
        return;
    }
    execz_trigger_free(trigger);
    when = g_strdup_printf("trigger = crontab(\"%s\")", schedule);
    add_task(self, line, command, when);
}

static void
read_line(reader *self, char *line)
{
    size_t n;

    g_strstrip(line);
    n = length_of_name(line);
    if (line[0] == '\0' || line[0] == '#') {
        return;
    }
    if (!g_utf8_validate(line, -1, NULL)) {
        refuse(self, "this is not UTF-8");
    } else if (n > 0) {
        read_variable(self, line, n);
    } else {
        read_task(self, line);
    }
}

ez_crontab
ez_crontab_read(const char *text, const char *file)
{
    ez_crontab result = {g_string_new(NULL), g_string_new(NULL), 0, 0};
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    reader self = {.to = &result, .file = file, .env = g_string_new(NULL)};

    self.ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_string_append_printf(result.config, "# Imported by execz import crontab from %s.\n", file);
    for (char **line = lines; *line != NULL; line++) {
        self.line++;
        read_line(&self, *line);
    }
    g_hash_table_unref(self.ids);
    g_string_free(self.env, TRUE);
    g_free(self.timezone);
    return result;
}

void
ez_crontab_clear(ez_crontab *self)
{
    g_string_free(self->config, TRUE);
    g_string_free(self->notes, TRUE);
}
