/* SPDX-License-Identifier: MIT */
#include "plugin/manifest.h"

#include "base/parse.h"
#include "plugin/codes.h"

#include <string.h>

#include <execz/sdk.h>

#define ALIAS_SIZE 64u /* of the alias text in front of an option table */
#define PARTS_MAX 32u
#define OPTIONS_MAX 256u

static execz_status
malformed(execz_error *err, const char *key, const char *value, const char *rule)
{
    g_autofree char *shown = g_strescape(value == NULL ? "" : value, NULL);

    return ez_plugin_fail(
        err, EZ_P_BAD_MANIFEST,
        "its manifest has %s '%.80s': %s; correct EXECZ_NOTE() and build it again", key, shown,
        rule);
}

/* The key=value texts of a note; NULL if one is not proper text. */
static GHashTable *
read_pairs(const ez_elf_note *note, execz_error *err)
{
    g_autoptr(GHashTable) pairs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    size_t at = 0;

    while (at < note->size) {
        size_t length = strnlen((const char *)note->body + at, note->size - at);
        g_autofree char *text = g_strndup((const char *)note->body + at, length);
        char *equals = strchr(text, '=');

        at += length + 1;
        if (length == 0) {
            continue;
        }
        if (equals == NULL || equals == text || !g_utf8_validate(text, -1, NULL)) {
            malformed(err, "the line", text, "it is not key=value");
            return NULL;
        }
        for (const char *c = text; *c != '\0'; c++) {
            if (g_ascii_iscntrl(*c)) {
                malformed(err, "the line", text, "it has a control character");
                return NULL;
            }
        }
        *equals = '\0';
        g_hash_table_replace(pairs, g_strdup(text), g_strdup(equals + 1));
    }
    return g_steal_pointer(&pairs);
}

static bool
parse_version(const char *text, uint32_t *out)
{
    char *end = NULL;
    uint64_t major = g_ascii_strtoull(text, &end, 10), minor;

    if (end == text || *end != '.' || !g_ascii_isdigit(text[0]) || !g_ascii_isdigit(end[1])) {
        return false;
    }
    minor = g_ascii_strtoull(end + 1, &end, 10);
    if (*end != '\0' || major > 0xffff || minor > 0xffff) {
        return false;
    }
    *out = EXECZ_ABI_MAKE(major, minor);
    return true;
}

char **
ez_manifest_aliases(const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    bool any = false;

    for (char **word = words; *word != NULL; word++) {
        if ((*word)[0] == '\0') {
            continue;
        }
        for (const char *c = *word; *c != '\0'; c++) {
            if (!g_ascii_isalnum(*c) && strchr("_-.", *c) == NULL) {
                return NULL;
            }
        }
        g_strv_builder_add(names, *word);
        any = true;
    }
    return any ? g_strv_builder_end(names) : NULL;
}

/* The first of several words for the same bits is the one we write. */
static const struct {
    const char *word;
    uint32_t bits;
} cap_words[] = {
    {"function", EXECZ_CAP_FUNCTION},     {"coroutine", EXECZ_CAP_COROUTINE},
    {"command", EXECZ_CAP_COMMAND},       {"payload", EXECZ_CAP_PAYLOAD},
    {"cancel", EXECZ_CAP_CANCEL},         {"parallel", EXECZ_CAP_PARALLEL},
    {"isolatable", EXECZ_CAP_ISOLATABLE}, {"recover", EXECZ_CAP_RECOVER},
    {"own_limit", EXECZ_CAP_OWN_LIMIT},   {"executes", EXECZ_CAP_EXECUTES},
    {"bodies", EXECZ_CAP_BODIES},
};

char *
ez_manifest_caps_text(uint32_t caps)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(cap_words); i++) {
        if ((caps & cap_words[i].bits) == cap_words[i].bits) {
            g_string_append_printf(text, "%s%s", text->len == 0 ? "" : "|", cap_words[i].word);
            caps &= ~cap_words[i].bits;
        }
    }
    if (caps != 0) { /* of a later ABI */
        g_string_append_printf(text, "%s0x%x", text->len == 0 ? "" : "|", caps);
    }
    return g_string_free(text, FALSE);
}

/* One term of caps: a word, a number, or "1u << 3". */
static bool
parse_cap(char *term, uint32_t *out)
{
    const char *word = g_str_has_prefix(term, "EXECZ_CAP_") ? term + strlen("EXECZ_CAP_") : term;
    char *end = NULL;
    uint64_t number, shift;

    for (size_t i = 0; i < G_N_ELEMENTS(cap_words); i++) {
        if (g_ascii_strcasecmp(word, cap_words[i].word) == 0) {
            *out |= cap_words[i].bits;
            return true;
        }
    }
    if (!g_ascii_isdigit(term[0])) {
        return false;
    }
    number = g_ascii_strtoull(term, &end, 0);
    end += *end == 'u' ? 1 : 0;
    end += strspn(end, " ");
    if (strncmp(end, "<<", 2) == 0) {
        end += 2 + strspn(end + 2, " ");
        shift = g_ascii_isdigit(*end) ? g_ascii_strtoull(end, &end, 10) : 64;
        if (shift > 31 || number > UINT32_MAX) {
            return false;
        }
        number <<= shift;
    }
    *out |= (uint32_t)number;
    return *end == '\0' && number <= UINT32_MAX;
}

bool
ez_manifest_caps(const char *text, uint32_t *out)
{
    g_autofree char *flat = g_strdelimit(g_strdup(text), "()", ' ');
    g_auto(GStrv) terms = g_strsplit(flat, "|", -1);
    uint32_t caps = 0;

    for (char **term = terms; *term != NULL; term++) {
        g_strstrip(*term);
        if ((*term)[0] == '\0' ? terms[1] != NULL : !parse_cap(*term, &caps)) {
            return false;
        }
    }
    *out = caps;
    return true;
}

/* What a manifest says about the file; the first one must say it, later ones must not differ. */
static execz_status
read_file_facts(GHashTable *pairs, ez_plugin_file *file, execz_error *err)
{
    const char *abi = g_hash_table_lookup(pairs, "abi");
    const char *needs = g_hash_table_lookup(pairs, "needs_abi");
    const char *id = g_hash_table_lookup(pairs, "id");
    const char *version = g_hash_table_lookup(pairs, "version");

    if (file->id != NULL) {
        return EXECZ_OK;
    }
    if (abi == NULL || !parse_version(abi, &file->abi)) {
        return malformed(err, "abi", abi, "it must be like 1.0");
    }
    file->needs_abi = file->abi;
    if (needs != NULL && !parse_version(needs, &file->needs_abi)) {
        return malformed(err, "needs_abi", needs, "it must be like 1.0");
    }
    if (id == NULL || id[0] == '\0') {
        return malformed(err, "id", id,
                         "it must be a reverse domain name like org.example.oneshot");
    }
    file->id = g_strdup(id);
    file->version = g_strdup(version == NULL ? "" : version);
    return EXECZ_OK;
}

static execz_status
read_part(GHashTable *pairs, ez_plugin_part *part, execz_error *err)
{
    const char *alias = g_hash_table_lookup(pairs, "alias");
    const char *kind = g_hash_table_lookup(pairs, "kind");
    const char *caps = g_hash_table_lookup(pairs, "caps");
    const char *summary = g_hash_table_lookup(pairs, "summary");

    part->alias_text = g_strdup(alias == NULL ? "" : alias);
    part->kind = g_strdup(kind == NULL ? "" : kind);
    part->summary = g_strdup(summary == NULL ? "" : summary);
    part->aliases = ez_manifest_aliases(part->alias_text);
    if (part->aliases == NULL) {
        return malformed(err, "alias", alias, "it must be names of letters, digits, '_', '-', '.'");
    }
    if (part->kind[0] == '\0') {
        return malformed(err, "kind", kind, "it must be one like " EXECZ_KIND_EXECUTOR);
    }
    if (caps != NULL && !ez_manifest_caps(caps, &part->caps)) {
        return malformed(err, "caps", caps, "it must be like function|command");
    }
    return EXECZ_OK;
}

static execz_status
read_manifest(const ez_elf_note *note, ez_plugin_file *file, execz_error *err)
{
    g_autoptr(GHashTable) pairs = read_pairs(note, err);
    execz_status status;

    if (pairs == NULL) {
        return EXECZ_E_PLUGIN;
    }
    status = read_file_facts(pairs, file, err);
    if (status != EXECZ_OK) {
        return status;
    }
    if (file->n_parts == PARTS_MAX) {
        return ez_plugin_fail(err, EZ_P_BAD_MANIFEST, "it has more than %u manifests", PARTS_MAX);
    }
    file->parts = g_renew(ez_plugin_part, file->parts, file->n_parts + 1);
    file->parts[file->n_parts] = (ez_plugin_part){0};
    return read_part(pairs, &file->parts[file->n_parts++], err);
}

/* Takes the records behind the alias text; their own `size` says how far apart they are. */
static execz_status
read_table(const ez_elf_note *note, ez_option_table *table, execz_error *err)
{
    const uint8_t *records = note->body + ALIAS_SIZE;
    size_t size = note->size - ALIAS_SIZE;
    uint32_t stride = 0;

    if (size == 0) {
        return EXECZ_OK;
    }
    if (size >= sizeof stride) {
        memcpy(&stride, records, sizeof stride);
    }
    if (table->n != 0 || stride < sizeof(execz_option) || size % stride != 0 ||
        size / stride > OPTIONS_MAX) {
        return ez_plugin_fail(
            err, EZ_P_BAD_OPTIONS,
            "an option table in its note has a wrong size or comes twice; declare "
            "it once with EXECZ_OPTIONS() and EXECZ_OPTION(), at most %u options",
            OPTIONS_MAX);
    }
    table->n = (uint32_t)(size / stride);
    table->stride = stride;
    table->bytes = g_memdup2(records, size);
    table->option = g_new0(execz_option, table->n);
    for (uint32_t i = 0; i < table->n; i++) {
        memcpy(&table->option[i], records + (size_t)i * stride, sizeof(execz_option));
        if (table->option[i].size != stride) {
            return ez_plugin_fail(err, EZ_P_BAD_OPTIONS,
                                  "option number %u in its note has the size %u, the first one has "
                                  "%u; declare each with EXECZ_OPTION()",
                                  i + 1, table->option[i].size, stride);
        }
        table->option[i].size = sizeof(execz_option);
    }
    return EXECZ_OK;
}

static execz_status
read_options(const ez_elf_note *note, ez_plugin_file *file, execz_error *err)
{
    const char *alias = (const char *)note->body;

    if (note->size < ALIAS_SIZE || memchr(alias, '\0', ALIAS_SIZE) == NULL) {
        return ez_plugin_fail(
            err, EZ_P_BAD_OPTIONS,
            "an option table in its note does not name its alias; declare it with "
            "EXECZ_OPTIONS() and an alias of at most %u bytes",
            ALIAS_SIZE - 1);
    }
    for (uint32_t i = 0; i < file->n_parts; i++) {
        ez_plugin_part *part = &file->parts[i];

        if (strcmp(part->alias_text, alias) == 0) {
            return read_table(
                note, note->type == EXECZ_NOTE_OPTIONS ? &part->options : &part->task_options, err);
        }
    }
    return malformed(err, "an option table for", alias, "no manifest of the file has that alias");
}

execz_status
ez_manifest_read(const GArray *notes, ez_plugin_file *file, execz_error *err)
{
    execz_status status = EXECZ_OK;

    for (guint i = 0; i < notes->len && status == EXECZ_OK; i++) {
        const ez_elf_note *note = &g_array_index(notes, ez_elf_note, i);

        if (note->type == EXECZ_NOTE_MANIFEST) {
            status = read_manifest(note, file, err);
        }
    }
    /* Second, since a table may stand before the manifest it belongs to. */
    for (guint i = 0; i < notes->len && status == EXECZ_OK; i++) {
        const ez_elf_note *note = &g_array_index(notes, ez_elf_note, i);

        if (note->type == EXECZ_NOTE_OPTIONS || note->type == EXECZ_NOTE_TASK_OPTIONS) {
            status = read_options(note, file, err);
        }
    }
    return status;
}
