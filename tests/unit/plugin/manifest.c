/* SPDX-License-Identifier: MIT */
#include "plugin/manifest.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define SOUND "abi=1.0\0id=org.x\0version=1\0kind=execz.executor/1\0alias=cpu"

static void
add(GArray *notes, uint32_t type, const void *body, size_t size)
{
    ez_elf_note note = {type, body, size};

    g_array_append_val(notes, note);
}

/* A file with this one manifest. */
static ez_plugin_file *
read_text(const char *text, size_t size, execz_error *err)
{
    g_autoptr(GArray) notes = g_array_new(FALSE, FALSE, sizeof(ez_elf_note));
    ez_plugin_file *file = g_new0(ez_plugin_file, 1);

    add(notes, EXECZ_NOTE_MANIFEST, text, size);
    ez_manifest_read(notes, file, err);
    return file;
}

static void
expect_error(const char *text, size_t size, const char *message)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_plugin_file) file = read_text(text, size, &err);

    cr_expect(lt(u32, file->n_parts, 2));
    cr_expect(eq(str, err.code, (char *)"P306"));
    cr_expect(eq(str, err.message, (char *)message));
}

#define READ(text, err) read_text(text, sizeof(text), err)
#define EXPECT_ERROR(text, message) expect_error(text, sizeof(text), message)

Test(manifest, what_is_left_out_has_a_meaning)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_plugin_file) file = READ(SOUND, &err);

    cr_assert(eq(int, err.status, EXECZ_OK), "%s", err.message);
    cr_assert(eq(u32, file->n_parts, 1));
    cr_expect(eq(u32, file->needs_abi, file->abi));
    cr_expect(eq(str, file->parts[0].summary, (char *)""));
    cr_expect(eq(u32, file->parts[0].caps, 0));
}

Test(manifest, a_second_manifest_is_a_second_part)
{
    g_autoptr(GArray) notes = g_array_new(FALSE, FALSE, sizeof(ez_elf_note));
    g_autoptr(ez_plugin_file) file = g_new0(ez_plugin_file, 1);
    static const char second[] = "kind=execz.store/1\0alias=disk";

    add(notes, EXECZ_NOTE_MANIFEST, SOUND, sizeof SOUND);
    add(notes, EXECZ_NOTE_MANIFEST, second, sizeof second);
    cr_assert(eq(int, ez_manifest_read(notes, file, NULL), EXECZ_OK));
    cr_assert(eq(u32, file->n_parts, 2));
    cr_expect(eq(ptr, (void *)ez_plugin_file_part(file, "disk"), &file->parts[1]));
}

Test(manifest, caps_are_words_constants_or_numbers)
{
    uint32_t words = 0, constants = 0, numbers = 0, none = 7;

    cr_expect(ez_manifest_caps("function | command", &words));
    cr_expect(ez_manifest_caps("EXECZ_CAP_FUNCTION|EXECZ_CAP_COMMAND", &constants));
    cr_expect(ez_manifest_caps(EXECZ_TEXT(EXECZ_CAP_FUNCTION | EXECZ_CAP_COMMAND), &numbers));
    cr_expect(ez_manifest_caps("", &none));
    cr_expect(eq(u32, words, EXECZ_CAP_FUNCTION | EXECZ_CAP_COMMAND));
    cr_expect(eq(u32, constants, words));
    cr_expect(eq(u32, numbers, words));
    cr_expect(eq(u32, none, 0));
}

Test(manifest, all_bodies_are_three_caps)
{
    uint32_t expanded = 0, named = 0;

    cr_expect(ez_manifest_caps(EXECZ_TEXT(EXECZ_CAP_BODIES | EXECZ_CAP_OWN_LIMIT), &expanded));
    cr_expect(ez_manifest_caps("(EXECZ_CAP_BODIES | EXECZ_CAP_OWN_LIMIT)", &named));
    cr_expect(eq(u32, expanded, EXECZ_CAP_BODIES | EXECZ_CAP_OWN_LIMIT));
    cr_expect(eq(u32, named, expanded));
}

Test(manifest, caps_are_written_as_they_are_read)
{
    for (uint32_t caps = 0; caps < 1u << 10; caps++) { /* one more than there are */
        g_autofree char *text = ez_manifest_caps_text(caps);
        uint32_t again = UINT32_MAX;

        cr_expect(ez_manifest_caps(text, &again), "%s", text);
        cr_expect(eq(u32, again, caps), "%s", text);
    }
}

Test(manifest, caps_are_written_in_words)
{
    g_autofree char *text = ez_manifest_caps_text(EXECZ_CAP_COMMAND | EXECZ_CAP_OWN_LIMIT);

    cr_expect(eq(str, text, (char *)"command|own_limit"));
}

Test(manifest, other_caps_are_not_understood)
{
    uint32_t caps;

    cr_expect(not(ez_manifest_caps("fly", &caps)));
    cr_expect(not(ez_manifest_caps("1u << 40", &caps)));
    cr_expect(not(ez_manifest_caps("1 2", &caps)));
    cr_expect(not(ez_manifest_caps("function|", &caps)));
    cr_expect(not(ez_manifest_caps("99999999999", &caps)));
}

Test(manifest, each_fault_is_named)
{
    EXPECT_ERROR("abi=one\0id=x", "its manifest has abi 'one': it must be like 1.0; correct "
                                  "EXECZ_NOTE() and build it again");
    EXPECT_ERROR("abi=1.0\0alias=x",
                 "its manifest has id '': it must be a reverse domain name like "
                 "org.example.oneshot; correct EXECZ_NOTE() and build it again");
    EXPECT_ERROR(
        "abi=1.0\0id=x\0kind=execz.executor/1\0alias=a/b",
        "its manifest has alias 'a/b': it must be names of letters, digits, '_', '-', '.'; "
        "correct EXECZ_NOTE() and build it again");
    EXPECT_ERROR("abi=1.0\0id=x\0alias=a",
                 "its manifest has kind '': it must be one like execz.executor/1; correct "
                 "EXECZ_NOTE() and build it again");
    EXPECT_ERROR("abi",
                 "its manifest has the line 'abi': it is not key=value; correct EXECZ_NOTE() "
                 "and build it again");
    EXPECT_ERROR("id=\033[2J", "its manifest has the line 'id=\\033[2J': it has a control "
                               "character; correct EXECZ_NOTE() and build it again");
}

Test(manifest, versions_are_two_numbers)
{
    static const char *const wrong[] = {"1", "1.", ".1", "1.x", "-1.0", "70000.1", "1.0.0", " 1.0"};

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *text = g_strdup_printf("abi=%s", wrong[i]);
        execz_error err = EXECZ_ERROR_INIT;
        g_autoptr(ez_plugin_file) file = read_text(text, strlen(text), &err);

        cr_expect(eq(u32, file->n_parts, 0));
        cr_expect(eq(str, err.code, (char *)"P306"), "abi=%s", wrong[i]);
    }
}

/* The options of a table note for "cpu"; records of stride bytes. */
static execz_status
read_table(const void *records, size_t size, ez_plugin_file *file, execz_error *err)
{
    g_autoptr(GArray) notes = g_array_new(FALSE, FALSE, sizeof(ez_elf_note));
    g_autofree uint8_t *body = g_malloc0(64 + size);

    memcpy(body, "cpu", 4);
    memcpy(body + 64, records, size);
    add(notes, EXECZ_NOTE_OPTIONS, body, 64 + size);
    add(notes, EXECZ_NOTE_MANIFEST, SOUND, sizeof SOUND);
    return ez_manifest_read(notes, file, err);
}

Test(manifest, longer_records_of_a_later_abi_are_read_as_far_as_known)
{
    struct {
        execz_option option;
        char later[16];
    } records[] = {{EXECZ_OPTION(INT, 0, "depth", "1", "", "How deep"), "new"},
                   {EXECZ_OPTION(INT, 0, "width", "2", "", "How wide"), "new"}};
    g_autoptr(ez_plugin_file) file = g_new0(ez_plugin_file, 1);

    records[0].option.size = sizeof records[0];
    records[1].option.size = sizeof records[0];
    cr_assert(eq(int, read_table(records, sizeof records, file, NULL), EXECZ_OK));
    cr_assert(eq(u32, file->parts[0].options.n, 2));
    cr_expect(eq(str, file->parts[0].options.option[1].name, (char *)"width"));
    cr_expect(eq(u32, file->parts[0].options.option[1].size, sizeof(execz_option)));
}

Test(manifest, a_table_of_a_wrong_size_is_refused)
{
    execz_option option = EXECZ_OPTION(INT, 0, "depth", "1", "", "");
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_plugin_file) cut = g_new0(ez_plugin_file, 1);
    g_autoptr(ez_plugin_file) small = g_new0(ez_plugin_file, 1);

    cr_expect(eq(int, read_table(&option, sizeof option - 4, cut, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)"P601"));
    option.size = 16;
    cr_expect(eq(int, read_table(&option, option.size, small, &err), EXECZ_E_PLUGIN));
}

Test(manifest, a_table_for_nobody_is_refused)
{
    g_autoptr(GArray) notes = g_array_new(FALSE, FALSE, sizeof(ez_elf_note));
    g_autoptr(ez_plugin_file) file = g_new0(ez_plugin_file, 1);
    execz_error err = EXECZ_ERROR_INIT;
    char body[64] = "gpu";

    add(notes, EXECZ_NOTE_MANIFEST, SOUND, sizeof SOUND);
    add(notes, EXECZ_NOTE_OPTIONS, body, sizeof body);
    cr_expect(eq(int, ez_manifest_read(notes, file, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.message,
                 (char *)"its manifest has an option table for 'gpu': no manifest of the file has "
                         "that alias; correct EXECZ_NOTE() and build it again"));
}
