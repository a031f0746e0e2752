/* SPDX-License-Identifier: MIT */
#include "config/body.h"

#include <string.h>

#include <jansson.h>

static const char *const bodies[] = {"function", "command", "shell"};

/* ---- function ------------------------------------------------------------------------------- */

static bool
is_function(const char *text)
{
    const char *colon = strchr(text, ':');
    size_t module = colon == NULL ? 0 : (size_t)(colon - text);

    if (module == 0 || text[0] == '.' || g_ascii_isdigit(colon[1]) || colon[1] == '\0') {
        return false;
    }
    for (size_t i = 0; i < module; i++) {
        if (!g_ascii_isalnum(text[i]) && strchr("_-.", text[i]) == NULL) {
            return false;
        }
    }
    for (const char *at = colon + 1; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && *at != '_') {
            return false;
        }
    }
    return true;
}

bool
ez_body_read_function(const ez_reading *reading, const ez_ini_entry *entry, const char **out)
{
    if (!is_function(entry->setting.value)) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_FUNCTION,
                         "'%s' names no function; write module:name, e.g. reports:daily for the "
                         "function daily in reports.so",
                         entry->setting.value);
        return false;
    }
    *out = entry->setting.value;
    return true;
}

/* ---- command -------------------------------------------------------------------------------- */

/* Looks for what g_shell_parse_argv() would refuse without a place (an open quote), drop (what it
 * takes for a comment), or pass on as a word although it was meant for a shell. */
typedef struct scan {
    size_t open_quote; /* offset; length of the text: none */
    size_t comment;    /* the same, as the next */
    size_t shell_word;
} scan;

/* The length of the word at text if it is an operator of a shell, e.g. "|", "2>", "2>&1"; else 0. */
static size_t
operator_length(const char *text)
{
    size_t number = strspn(text, "0123456789");
    size_t length = number + strspn(text + number, "|&;<>");

    if (length == number || (number > 0 && text[number] != '>' && text[number] != '<')) {
        return 0;
    }
    if (text[length - 1] == '&') {
        length += strspn(text + length, "0123456789-");
    }
    return strchr(" \t", text[length]) != NULL ? length : 0;
}

/* Moves *at behind the quoted part that begins there; false if that is not closed. */
static bool
skip_quoted(const char *text, size_t *at)
{
    char quote = text[*at];

    for ((*at)++; text[*at] != '\0'; (*at)++) {
        if (text[*at] == quote) {
            (*at)++;
            return true;
        }
        if (quote == '"' && text[*at] == '\\' && text[*at + 1] != '\0') {
            (*at)++;
        }
    }
    return false;
}

static scan
scan_command(const char *text)
{
    size_t length = strlen(text);
    scan found = {length, length, length};
    bool word_start = true;

    for (size_t at = 0; at < length;) {
        size_t begin = at;

        if (text[at] == '\'' || text[at] == '"') {
            if (!skip_quoted(text, &at)) {
                found.open_quote = begin;
            }
        } else {
            at += text[at] == '\\' && text[at + 1] != '\0' ? 2 : 1;
        }
        if (word_start && text[begin] == '#') {
            found.comment = MIN(found.comment, begin);
        } else if (word_start && operator_length(text + begin) > 0) {
            found.shell_word = MIN(found.shell_word, begin);
        }
        word_start = text[begin] == ' ' || text[begin] == '\t';
    }
    return found;
}

static bool
check_command(const ez_reading *reading, const ez_ini_entry *entry)
{
    const char *text = entry->setting.value;
    size_t length = strlen(text);
    scan found = scan_command(text);

    if (found.shell_word < length) {
        ez_value_problem(reading, entry, found.shell_word, EZ_C_BAD_COMMAND,
                         "'%.*s' is for a shell, and command runs none; use shell =, or quote it",
                         (int)operator_length(text + found.shell_word), text + found.shell_word);
        return false;
    }
    if (found.comment < length) {
        ez_value_problem(reading, entry, found.comment, EZ_C_BAD_COMMAND,
                         "a word that begins with '#' needs quotes, as in a shell");
        return false;
    }
    if (found.open_quote < length) {
        ez_value_problem(reading, entry, found.open_quote, EZ_C_BAD_COMMAND,
                         "this quote is not closed");
        return false;
    }
    return true;
}

bool
ez_body_read_command(const ez_reading *reading, const ez_ini_entry *entry, const char *const **out)
{
    g_autoptr(GError) why = NULL;
    char **argv = NULL;

    if (!check_command(reading, entry)) {
        return false;
    }
    if (!g_shell_parse_argv(entry->setting.value, NULL, &argv, &why)) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_COMMAND, "%s", why->message);
        return false;
    }
    if (argv[0][0] == '\0') {
        g_strfreev(argv);
        ez_value_problem(reading, entry, 0, EZ_C_BAD_COMMAND, "the name of the program is empty");
        return false;
    }
    *out = ez_reading_keep(reading, argv);
    return true;
}

/* ---- args ----------------------------------------------------------------------------------- */

bool
ez_body_read_args(const ez_reading *reading, const ez_ini_entry *entry, const char **out)
{
    const char *text = entry->setting.value;
    json_error_t why;
    json_t *args = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    bool object = json_is_object(args);

    if (args == NULL) {
        ez_value_problem(reading, entry, why.position > 0 ? (size_t)why.position - 1 : 0,
                         EZ_C_BAD_ARGS, "%s", why.text);
        return false;
    }
    json_decref(args);
    if (!object) {
        ez_value_problem(reading, entry, 0, EZ_C_BAD_ARGS,
                         "the arguments are a JSON object, e.g. {\"name\": \"value\"}");
        return false;
    }
    *out = text;
    return true;
}

/* ---- env ------------------------------------------------------------------------------------ */

static bool
is_env_name(const char *name)
{
    if (!g_ascii_isalpha(name[0]) && name[0] != '_') {
        return false;
    }
    for (const char *at = name; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && *at != '_') {
            return false;
        }
    }
    return true;
}

const char *const *
ez_body_read_env(const ez_reading *reading, const ez_section *section)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    size_t n = 0;

    for (guint i = 0; i < section->entries->len; i++) {
        const ez_ini_entry *entry = section->entries->pdata[i];
        const char *name = entry->setting.key + strlen("env.");

        if (!g_str_has_prefix(entry->setting.key, "env.")) {
            continue;
        }
        if (is_env_name(name)) {
            g_autofree char *pair = g_strconcat(name, "=", entry->setting.value, NULL);

            g_strv_builder_add(builder, pair);
            n++;
        } else {
            ez_config_problem(
                reading->report, entry->setting.key_place, EZ_C_BAD_ENV_NAME,
                "'%s' is no name of a variable; letters, digits and '_', and no digit "
                "first",
                name);
        }
    }
    return n == 0 ? NULL : ez_reading_keep(reading, g_strv_builder_end(builder));
}

/* ---- which ---------------------------------------------------------------------------------- */

const ez_ini_entry *
ez_section_only(const ez_reading *reading, const ez_section *section, const char *const *keys,
                size_t n)
{
    const ez_ini_entry *first = NULL;

    for (guint i = 0; i < section->entries->len; i++) {
        const ez_ini_entry *entry = section->entries->pdata[i];
        bool found = false;

        for (size_t k = 0; k < n && !found; k++) {
            found = strcmp(entry->setting.key, keys[k]) == 0;
        }
        if (found && first != NULL) {
            g_autofree char *place = ez_place_format(first->setting.key_place);

            ez_config_problem(reading->report, entry->setting.key_place, EZ_C_CONFLICTING_KEYS,
                              "'%s' excludes '%s' at %s: keep one", entry->setting.key,
                              first->setting.key, place);
        }
        first = found && first == NULL ? entry : first;
    }
    return first;
}

bool
ez_body_is_function(const ez_section *section)
{
    return ez_section_find(section, "function") != NULL;
}

static bool
is_for_commands(const char *key)
{
    static const char *const keys[] = {"cwd", "kill_grace", "output_limit"};

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return g_str_has_prefix(key, "env.");
}

void
ez_body_check_keys(const ez_reading *reading, const ez_section *section, bool function)
{
    for (guint i = 0; i < section->entries->len; i++) {
        const ez_setting *setting = &((const ez_ini_entry *)section->entries->pdata[i])->setting;

        if (function && is_for_commands(setting->key)) {
            ez_config_problem(reading->report, setting->key_place, EZ_C_KEY_NOT_FOR_BODY,
                              "'%s' is for command and shell, and this task calls a function",
                              setting->key);
        } else if (!function && strcmp(setting->key, "args") == 0) {
            ez_config_problem(reading->report, setting->key_place, EZ_C_KEY_NOT_FOR_BODY,
                              "'args' is for function; a command has its arguments in its line");
        }
    }
}

void
ez_body_check(const ez_reading *reading, const ez_section *section)
{
    const ez_ini_entry *body = ez_section_only(reading, section, bodies, G_N_ELEMENTS(bodies));

    if (body != NULL) {
        ez_body_check_keys(reading, section, strcmp(body->setting.key, "function") == 0);
    } else if (!section->damaged) {
        ez_config_problem(reading->report, section->place, EZ_C_MISSING_KEY,
                          "task '%s' has nothing to run; add function =, command = or shell =",
                          section->name);
    }
}
