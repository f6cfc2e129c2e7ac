namespace Deskhand.Notifications;

/// <summary>How content a customer was with the work on a ticket.</summary>
public enum SurveyScore
{
    Good,
    Bad,
}
