using System.Collections.Frozen;

namespace Deskhand.Automation;

/// <summary>How somebody seems to feel who wrote something.</summary>
public enum Mood
{
    StronglyNegative,
    Negative,
    Neutral,
    Positive,
}

/// <summary>
/// Guesses a mood from words: a small list of English and Spanish ones, each worth -3 to 3. A guess good enough to show a ticket to a person, and
/// nothing more. To use another judge, replace <see cref="Of"/>.
/// </summary>
public static class MoodScorer
{
    /// <summary>Words, folded; those that soften nothing and mean little on their own are left out.</summary>
    private static readonly FrozenDictionary<string, int> Worth = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["angry"] = -3,
        ["furious"] = -3,
        ["outrageous"] = -3,
        ["unacceptable"] = -3,
        ["disgusting"] = -3,
        ["terrible"] = -3,
        ["awful"] = -3,
        ["worst"] = -3,
        ["pathetic"] = -3,
        ["scam"] = -3,
        ["lawyer"] = -3,
        ["ridiculous"] = -2,
        ["useless"] = -2,
        ["disappointed"] = -2,
        ["disappointing"] = -2,
        ["frustrated"] = -2,
        ["frustrating"] = -2,
        ["incompetent"] = -3,
        ["fed"] = -1,
        ["hate"] = -3,
        ["never"] = -1,
        ["bad"] = -1,
        ["poor"] = -1,
        ["complaint"] = -1,
        ["cancel"] = -1,
        ["refund"] = -1,
        ["slow"] = -1,
        ["thanks"] = 2,
        ["thank"] = 2,
        ["great"] = 2,
        ["excellent"] = 3,
        ["perfect"] = 3,
        ["happy"] = 2,
        ["love"] = 3,
        ["good"] = 1,
        ["nice"] = 1,
        ["appreciate"] = 2,
        ["please"] = 1,
        ["furioso"] = -3,
        ["furiosa"] = -3,
        ["enojado"] = -3,
        ["enojada"] = -3,
        ["indignante"] = -3,
        ["inaceptable"] = -3,
        ["horrible"] = -3,
        ["pesimo"] = -3,
        ["pesima"] = -3,
        ["vergonzoso"] = -3,
        ["verguenza"] = -3,
        ["estafa"] = -3,
        ["abogado"] = -3,
        ["ridiculo"] = -2,
        ["inutil"] = -2,
        ["inutiles"] = -2,
        ["decepcionado"] = -2,
        ["decepcionada"] = -2,
        ["harto"] = -2,
        ["harta"] = -2,
        ["odio"] = -3,
        ["nunca"] = -1,
        ["malo"] = -1,
        ["mala"] = -1,
        ["queja"] = -1,
        ["cancelar"] = -1,
        ["peor"] = -3,
        ["gracias"] = 2,
        ["excelente"] = 3,
        ["perfecto"] = 3,
        ["feliz"] = 2,
        ["encanta"] = 3,
        ["bueno"] = 1,
        ["buena"] = 1,
        ["agradezco"] = 2,
        ["favor"] = 1,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Negations = new[] { "not", "no", "never", "ni", "t" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The mood of words as <see cref="TextWords.Of"/> writes them: strongly negative at a sum of -5, negative at -2, positive at 2.</summary>
    public static Mood Of(string words)
    {
        var (sum, negated) = (0, false);
        var worth = Worth.GetAlternateLookup<ReadOnlySpan<char>>();
        var negations = Negations.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var range in words.AsSpan().Split(' '))
        {
            var word = words.AsSpan(range);
            if (word.IsEmpty) continue;
            if (worth.TryGetValue(word, out var value)) sum += negated && value > 0 ? -value : value;
            negated = negations.Contains(word);
        }

        return sum <= -5 ? Mood.StronglyNegative : sum <= -2 ? Mood.Negative : sum < 2 ? Mood.Neutral : Mood.Positive;
    }
}
