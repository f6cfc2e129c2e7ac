using System.Collections.Frozen;

namespace Deskhand.Access;

/// <summary>
/// Length instead of character classes, and nothing that is tried first (NIST SP 800-63B §5.1.1.2).
/// Asked when a password is set, never at sign-in.
/// </summary>
internal static class PasswordPolicy
{
    public const int MinLength = 10;
    public const int MaxLength = 256;

    /// <summary>What is wrong with a new password, in words for the person who chose it; null when it will do.</summary>
    public static string? Refusal(string password, string email)
    {
        if (password.Length < MinLength) return $"Use at least {MinLength} characters. A few unrelated words are easy to remember and hard to guess.";
        if (password.Length > MaxLength) return $"Use at most {MaxLength} characters.";
        if (IsAddress(password, email)) return "Do not use your e-mail address, or its first part, as the password.";
        if (IsOneRepeated(password)) return "Do not repeat one short piece. Use a few unrelated words instead.";
        if (IsSequence(password)) return "Do not use letters or digits in their order. Use a few unrelated words instead.";

        return IsCommon(password) ? "This password is among the first that are tried. Use a few unrelated words instead." : null;
    }

    private static bool IsAddress(string password, string email)
    {
        var name = email.Split('@')[0];
        var core = Core(password);
        return password.Equals(email, StringComparison.OrdinalIgnoreCase)
            || core.Equals(email, StringComparison.OrdinalIgnoreCase)
            || name.Length >= 3 && (password.Equals(name, StringComparison.OrdinalIgnoreCase) || core.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>"aaaaaaaaaa", "abcabcabcabc": a piece of up to four letters all the way.</summary>
    private static bool IsOneRepeated(string password)
    {
        for (var piece = 1; piece <= 4; piece++)
        {
            var i = piece;
            while (i < password.Length && password[i] == password[i - piece]) i++;
            if (i == password.Length) return true;
        }

        return false;
    }

    /// <summary>"1234567890", "zyxwvutsrq", or a stretch of a keyboard row.</summary>
    private static bool IsSequence(string password)
    {
        string[] orders = ["01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"];
        foreach (var order in orders)
        {
            if (order.Contains(password, StringComparison.OrdinalIgnoreCase)) return true;
            if (new string([.. order.Reverse()]).Contains(password, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private static bool IsCommon(string password) => Common.Contains(password) || Common.Contains(Core(password)) || Common.Contains(Plain(Core(password)));

    /// <summary>Without what people put around a word to satisfy a rule: "!Password2026!" is "Password".</summary>
    private static string Core(string password) => password.Trim("0123456789!?.,;:#$%&*+-_=@()/ ".ToCharArray());

    /// <summary>"p@ssw0rd" is "password".</summary>
    private static string Plain(string word) => string.Create(word.Length, word, static (letters, word) =>
    {
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = word[i] switch { '@' or '4' => 'a', '0' => 'o', '1' or '!' => 'i', '3' => 'e', '$' or '5' => 's', '7' => 't', var other => other };
        }
    });

    // The heads of published leak statistics, as words: decorations come off before the look-up. Words of the product and of
    // its trade are there because they are guessed here first.
    private static readonly FrozenSet<string> Common = FrozenSet.ToFrozenSet(
    [
        "password", "passwort", "contrasena", "contraseña", "passwd", "passphrase", "passcode", "mypassword", "password1password",
        "passwordpassword", "newpassword", "oldpassword", "thisismypassword", "thepassword", "pass", "passpass", "secret", "mysecret",
        "qwerty", "qwertyuiop", "qwertz", "azerty", "azertyuiop", "asdf", "asdfgh", "asdfghjkl", "zxcvbn", "zxcvbnm", "qwertyqwerty", "qwerty123qwerty", "qazwsx", "qazwsxedc", "q1w2e3r4t5", "q1w2e3r4t5y6",
        "qweasdzxc", "abc", "abcd", "abcde", "abcdef", "abc123abc", "a1b2c3d4e5",
        "letmein", "letmeinnow", "letmeinplease", "opensesame", "welcome", "welcomehome", "welcomeback", "iloveyou", "iloveyouforever", "ilovemyself", "teamo", "teamomucho", "tequiero", "sunshine", "princess", "princesa",
        "dragon", "monkey", "football", "futbol", "baseball", "basketball", "superman", "batman", "spiderman", "pokemon", "starwars", "starwarsfan", "jesuschrist", "jesus", "jesusislord", "michael", "jordan", "michaeljackson",
        "master", "shadow", "ashley", "charlie", "donald", "whatever", "trustno", "trustnoone", "mustang", "liverpool", "manchester", "barcelona", "realmadrid", "manutd", "chelsea", "arsenal", "computer", "internet", "samsung", "google", "microsoft", "facebook",
        "changeme", "changemenow", "changeit", "changethis", "temporary", "temp", "temppassword", "default", "example", "sample", "test", "testing", "testtest", "testpassword", "demo", "demodemo", "guest", "login", "access", "letmeaccess",
        "admin", "administrator", "administrador", "adminadmin", "adminpassword", "root", "rootroot", "toor", "superuser", "superadmin", "user", "username", "manager", "correcthorsebatterystaple",
        "deskhand", "deskhanddeskhand", "deskhandadmin", "mydeskhand", "deskhandpassword", "support", "supportdesk", "supportteam", "helpdesk", "servicedesk", "customerservice", "customersupport", "ticket", "tickets", "ticketing", "agent", "supportagent", "company", "companyname", "business",
        "spring", "summer", "autumn", "winter", "primavera", "verano", "invierno", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "monday", "friday",
    ], StringComparer.OrdinalIgnoreCase);
}
